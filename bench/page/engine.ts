import { openDB } from "idb";
import type { IDBPDatabase } from "idb";
import { createIndexedDBTokenStore } from "../../dist/backends/indexeddb/index.js";
import { benchToken, fill } from "../lib/tokens.ts";
import type { RawStorage, Usage, WorkloadEngine } from "../lib/workloads.ts";

const LARGE = 2000;
const databaseOf = (namespace: string): string => `edge-token-store:${namespace}`;

/** IndexedDB itself as the driver: values under keys in one object store, in a database of its own. */
export async function indexedDBEngine(): Promise<WorkloadEngine> {
  const raw = await openRaw("raw");
  const large = createIndexedDBTokenStore({ namespace: "large" });
  await fill(LARGE, (number) => large.saveToken(benchToken(number)));
  return {
    large: LARGE,
    calls: { read: 30, write: 10 },
    open: (namespace) => createIndexedDBTokenStore({ namespace }),
    raw: rawOver(raw),
    recordKeys,
    usage,
    async once(find) {
      const opened: { close(): Promise<void> | void }[] = [];
      const open = (namespace: string) => {
        const store = createIndexedDBTokenStore({ namespace });
        opened.push(store);
        return store;
      };
      const own: RawStorage = {
        ...rawOver(raw),
        async get(key) {
          const database = await openRaw("raw");
          opened.push(database);
          return rawOver(database).get(key);
        },
      };
      await find(open, own);
      for (const one of opened) await one.close();
    },
  };
}

function openRaw(name: string): Promise<IDBPDatabase> {
  return openDB(name, 1, { upgrade: (database) => void database.createObjectStore("values") });
}

/** Keys of records lead to our own databases, `namespace/key`; all others to the raw one. */
function rawOver(raw: IDBPDatabase): RawStorage {
  return {
    get: (key) => raw.get("values", key),
    set: (key, value) => raw.put("values", value, key),
    remove: (key) => raw.delete("values", key),
    list: async (base) => {
      const database = await openDB(databaseOf(base));
      const all = (await database.getAll("records")) as unknown[];
      database.close();
      return all;
    },
    removeAll: (base) => raw.delete("values", IDBKeyRange.bound(`${base}:`, `${base};`)),
  };
}

/** Copies the records into the raw database, so that both read the same bytes, and gives their keys there. */
async function recordKeys(namespace: string): Promise<string[]> {
  const [database, raw] = await Promise.all([openDB(databaseOf(namespace)), openRaw("raw")]);
  const records = (await database.getAll("records")) as { key: string }[];
  const transaction = raw.transaction("values", "readwrite");
  await Promise.all([...records.map((record) => transaction.store.put(record, `${namespace}/${record.key}`)), transaction.done]);
  database.close();
  raw.close();
  return records.map(({ key }) => `${namespace}/${key}`);
}

async function usage(namespace: string): Promise<Usage> {
  const database = await openDB(databaseOf(namespace));
  const records = (await database.getAll("records")) as unknown[];
  database.close();
  return { keys: records.length, bytes: records.reduce<number>((sum, record) => sum + bytesOf(record), 0) };
}

/** Without what the browser adds, which it does not tell. */
function bytesOf(value: unknown): number {
  if (value instanceof ArrayBuffer || ArrayBuffer.isView(value)) return value.byteLength;
  if (typeof value === "string") return value.length;
  if (typeof value !== "object" || value === null) return 8;
  return Object.entries(value).reduce((sum, [name, one]) => sum + name.length + bytesOf(one), 0);
}
