import { openDB, unwrap } from "idb";
import { INDEX_NAMES } from "../../backend.ts";
import { safeCause } from "../../cause.ts";
import { StoreBlockedError, StoreClosedError, StoreQuotaError, StoreUnavailableError, TokenStoreError } from "../../errors.ts";
import { KeysRefusedError } from "./keys-refused-error.ts";
import { DATABASE_VERSION, databaseName } from "./schema.ts";

/** How often an operation is tried, each time on a connection of its own if the last one was lost. */
const MAX_TRIES = 3;

/**
 * What a lost connection looks like: closed by `versionchange` or by the user who cleared the site's
 * data, or WebKit's "Connection to Indexed Database server lost", after which the old connection fails
 * for ever and a new one works.
 */
const CONNECTION_ERRORS: readonly string[] = [
  "InvalidStateError",
  "UnknownError",
  "AbortError",
  "TransactionInactiveError",
  "NotFoundError",
];

/** The connection of one store: opened on first use, and again after it was lost. */
export class Connection {
  readonly #name: string;
  readonly #openTimeoutMs: number;
  #opening: Promise<IDBDatabase> | undefined;
  #closed = false;

  constructor(namespace: string, openTimeoutMs: number) {
    this.#name = databaseName(namespace);
    this.#openTimeoutMs = openTimeoutMs;
  }

  /**
   * Runs the task on an open database, and once more on a new connection where this one was lost meanwhile. Then `repeated` tells that
   * what it did may have been done, and only the answer been lost.
   */
  async use<Result>(task: (database: IDBDatabase, repeated: boolean) => Promise<Result>): Promise<Result> {
    for (let tries = 1; ; tries++) {
      const opening = this.#open();
      try {
        return await task(await opening, tries > 1);
      } catch (error) {
        if (error instanceof TokenStoreError) throw error;
        if (this.#closed) throw closedError();
        const name = (error as { name?: unknown } | null)?.name;
        if (!CONNECTION_ERRORS.includes(String(name)) || tries === MAX_TRIES) throw storeError(error);
        await this.#drop(opening);
      }
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    if (this.#opening) await this.#drop(this.#opening);
  }

  #open(): Promise<IDBDatabase> {
    if (this.#closed) return Promise.reject(closedError());
    if (this.#opening) return this.#opening;
    const opening = this.#openInTime(() => this.#forget(opening));
    this.#opening = opening;
    // A failed open is not kept: the next call tries again.
    opening.catch(() => this.#forget(opening));
    return opening;
  }

  async #openInTime(lost: () => void): Promise<IDBDatabase> {
    const opening = openDB(this.#name, DATABASE_VERSION, {
      upgrade(database, _from, _to, { done }) {
        // Where it fails the opening does, too: told there, this would be a rejection that nobody handles.
        done.catch(() => {});
        const records = database.createObjectStore("records", { keyPath: "key" });
        for (const name of INDEX_NAMES) records.createIndex(name, `index.${name}`);
        database.createObjectStore("keys");
      },
      blocking(_current, _wanted, event) {
        // Another tab upgrades or deletes the database: let it, and open again at the next call.
        (event.target as IDBDatabase).close();
        lost();
      },
      terminated: lost,
    }).then((database): IDBDatabase => unwrap(database));
    // A tab that lets nobody upgrade is told by an event, a frozen one by none: only the clock tells of both.
    let timer: ReturnType<typeof setTimeout> | undefined;
    const timeout = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => {
        // Should it open after all, nobody waits for it any more, and it must not block others.
        opening.then(
          (database) => database.close(),
          () => {},
        );
        reject(
          new StoreBlockedError(
            `The database did not open within ${this.#openTimeoutMs} ms: another tab holds an older version of it, or is frozen. Close the other tabs of this site, or reload.`,
          ),
        );
      }, this.#openTimeoutMs);
    });
    return Promise.race([opening, timeout]).finally(() => clearTimeout(timer));
  }

  #forget(opening: Promise<IDBDatabase>): void {
    if (this.#opening === opening) this.#opening = undefined;
  }

  async #drop(opening: Promise<IDBDatabase>): Promise<void> {
    this.#forget(opening);
    await opening.then(
      (database) => database.close(),
      () => {},
    );
  }
}

function closedError(): StoreClosedError {
  return new StoreClosedError("This store was closed. Create a new one.");
}

function storeError(error: unknown): TokenStoreError {
  if (isQuotaError(error)) {
    return new StoreQuotaError("The storage of this site is full. Free some space and save again.", { cause: safeCause(error) });
  }
  // By the standard what `open` throws in a page whose origin is opaque; browsers also where cookies are blocked.
  if ((error as Error | undefined)?.name === "SecurityError") {
    return new KeysRefusedError("The browser lets this page make no use of IndexedDB.", { cause: safeCause(error) });
  }
  const message = globalThis.indexedDB
    ? "IndexedDB failed. Nothing is known about the token; try again later."
    : "There is no IndexedDB here: use this store in browsers only, not on a server.";
  return new StoreUnavailableError(message, { cause: safeCause(error) });
}

/** A DOMException by that name, or in newer browsers a `QuotaExceededError` of its own class. */
function isQuotaError(error: unknown): boolean {
  return error instanceof Error && error.name === "QuotaExceededError";
}
