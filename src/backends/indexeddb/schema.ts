import type { DBSchema, IDBPObjectStore } from "idb";
import type { IndexName, StoredRecord } from "../../backend.ts";

/** Version of the database's layout, told in storage-schema.md. */
export const DATABASE_VERSION = 1;

/** `digest` for HMAC-SHA-256, `seal` for AES-256-GCM. */
export type KeyName = "digest" | "seal";

/** One database a namespace: nothing in it is anybody else's. */
export interface TokenDatabase extends DBSchema {
  records: { key: string; value: StoredRecord; indexes: Record<IndexName, string> };
  /** Keys that the page can use and not read. */
  keys: { key: KeyName; value: CryptoKey };
}

/** The object store of the records, inside a transaction. */
export type RecordStore = IDBPObjectStore<TokenDatabase, ["records"], "records", IDBTransactionMode>;
export type RecordWriteStore = IDBPObjectStore<TokenDatabase, ["records"], "records", "readwrite">;

export function databaseName(namespace: string): string {
  return `edge-token-store:${namespace}`;
}
