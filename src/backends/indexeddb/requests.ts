import type { StoreName } from "./schema.ts";

/**
 * Requests and transactions as promises, by the platform's own handlers. idb opens the database, which has many
 * ends; its proxies cost a look-up a tenth of its time.
 */
export function resultOf<Result>(request: IDBRequest<Result>): Promise<Result> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.addEventListener("error", () => reject(request.error!));
  });
}

/** An object store to read from, in a transaction of its own. */
export function readStore(database: IDBDatabase, name: StoreName): IDBObjectStore {
  return database.transaction(name).objectStore(name);
}

/**
 * Places requests in one transaction and resolves once it is complete. Nothing is written where `place` throws,
 * where it or a handler of its aborts, where a request fails or the connection ends.
 */
export async function write(
  database: IDBDatabase,
  name: StoreName,
  durability: IDBTransactionDurability,
  place: (store: IDBObjectStore) => void,
): Promise<void> {
  const transaction = database.transaction(name, "readwrite", { durability });
  const aborted = (): DOMException => new DOMException("The transaction was aborted.", "AbortError");
  let closed = (): void => {};
  await new Promise<void>((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.addEventListener("abort", () => reject(transaction.error ?? aborted()));
    // Where the browser ends the connection, as it does when the site's data is cleared, Chromium tells of it by the requests
    // that are open and by this event of the database; the transaction itself says nothing.
    transaction.addEventListener("error", ({ target }) => reject((target as IDBRequest).error!));
    closed = () => reject(aborted());
    database.addEventListener("close", closed);
    try {
      place(transaction.objectStore(name));
    } catch (error) {
      reject(error);
      transaction.abort();
    }
  }).finally(() => database.removeEventListener("close", closed));
}
