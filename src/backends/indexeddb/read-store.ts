import type { IDBPObjectStore, StoreNames } from "idb";
import type { Database } from "./connection.ts";
import type { TokenDatabase } from "./schema.ts";

/**
 * An object store to read from, in a transaction of its own. idb's shortcuts (`database.get`) do the same, but
 * leave the transaction's promise to nobody: where the user clears the site's data meanwhile, the page is told
 * of an unhandled rejection beside the error of the request itself.
 */
export function readStore<Name extends StoreNames<TokenDatabase>>(
  database: Database,
  name: Name,
): IDBPObjectStore<TokenDatabase, [Name], Name> {
  const transaction = database.transaction(name);
  transaction.done.catch(() => {});
  return transaction.store;
}
