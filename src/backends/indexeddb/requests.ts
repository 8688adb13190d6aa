import type { StoreName } from "./schema.ts";

/*
 * Requests and transactions as promises, by the platform's own handlers. idb opens the database, which has many
 * ends; its proxies cost a look-up a tenth of its time.
 */

type ResultsOf<Requests> = { -readonly [Place in keyof Requests]: Requests[Place] extends IDBRequest<infer Result> ? Result : never };

/** The results of requests that are placed in one transaction. */
export async function read<const Requests extends readonly IDBRequest[]>(
  database: IDBDatabase,
  name: StoreName,
  place: (store: IDBObjectStore) => Requests,
): Promise<ResultsOf<Requests>> {
  const transaction = database.transaction(name);
  const requests = place(transaction.objectStore(name));
  // A write to the same store waits for the end of this transaction, which the browser would learn of only after the last result.
  transaction.commit();
  return (await unlessEnded(transaction, Promise.all(requests.map(resultOf)))) as ResultsOf<Requests>;
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
  const written = new Promise<void>((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.addEventListener("error", ({ target }) => reject((target as IDBRequest).error!));
    try {
      place(transaction.objectStore(name));
    } catch (error) {
      reject(error);
      transaction.abort();
    }
  });
  return unlessEnded(transaction, written);
}

/** Asks within a transaction, and may ask more once it is answered. */
export type Ask = <Result>(request: IDBRequest<Result>, use: (result: Result) => void) => void;

/**
 * Ends the transaction as soon as nothing is left to be answered: else the browser learns that nothing more comes from the page, once
 * the page has had the results of its writes.
 *
 * @param isSound whether the answers allow the writes; else they are undone
 */
export function asking(transaction: IDBTransaction, isSound: () => boolean): Ask {
  let open = 0;
  return (request, use) => {
    open++;
    request.onsuccess = () => {
      // What the answer makes it ask is counted before this one is over.
      use(request.result);
      if (--open > 0) return;
      if (isSound()) transaction.commit();
      else transaction.abort();
    };
  };
}

/**
 * Where the browser ends the connection, as it does when the site's data is cleared, Chromium tells of it by an event of the database
 * or by one of the transaction, at times by one of the two alone, and by no request of a transaction that was told to commit.
 */
async function unlessEnded<Result>(transaction: IDBTransaction, result: Promise<Result>): Promise<Result> {
  const { db } = transaction;
  let end = (): void => {};
  const ended = new Promise<never>((_, reject) => {
    end = () => reject(transaction.error ?? new DOMException("Aborted", "AbortError"));
  });
  transaction.addEventListener("abort", end);
  db.addEventListener("close", end);
  try {
    return await Promise.race([result, ended]);
  } finally {
    db.removeEventListener("close", end);
  }
}

function resultOf<Result>(request: IDBRequest<Result>): Promise<Result> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.addEventListener("error", () => reject(request.error!));
  });
}
