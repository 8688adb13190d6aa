import { openDB } from "idb";

export interface RawDatabase {
  name: string;
  version: number;
  objectStores: { name: string; entries: { key: string; value: unknown }[] }[];
}

/** Reads a database as it lies on the disk, past the store. Undefined where there is none. */
export async function readDatabase(name: string): Promise<RawDatabase | undefined> {
  let missing = false;
  const opening = openDB(name, undefined, {
    upgrade(_database, _oldVersion, _newVersion, transaction) {
      // Opening would create it, empty, and so keep the store from making its own.
      missing = true;
      transaction.done.catch(() => {});
      transaction.abort();
    },
  });
  const database = await opening.catch((error: unknown) => {
    if (!missing) throw error;
  });
  if (!database) return undefined;
  try {
    const objectStores = [...database.objectStoreNames].map(async (storeName) => {
      const transaction = database.transaction(storeName);
      const [keys, values] = await Promise.all([transaction.store.getAllKeys(), transaction.store.getAll()]);
      return { name: storeName, entries: keys.map((key, at) => ({ key: key as string, value: values[at] as unknown })) };
    });
    return { name, version: database.version, objectStores: await Promise.all(objectStores) };
  } finally {
    // An open connection would block whoever upgrades or deletes the database.
    database.close();
  }
}

/** A stored value in the notation of JSON, with what JSON can't hold in words. */
export function describeValue(value: unknown): string {
  const described = describePart(value);
  if (typeof described === "string") return described;
  return JSON.stringify(described, (_name, part: unknown) => describePart(part), 2);
}

function describePart(part: unknown): unknown {
  if (part instanceof CryptoKey) return describeKey(part);
  if (part instanceof ArrayBuffer) return describePart(new Uint8Array(part));
  if (part instanceof Uint8Array) return `${part.length} bytes: ${Array.from(part, (byte) => byte.toString(16).padStart(2, "0")).join("")}`;
  return part;
}

/** All that a script can learn of it: `exportKey` throws where `extractable` is false. */
function describeKey({ type, algorithm, extractable, usages }: CryptoKey): string {
  const { hash } = algorithm as { hash?: { name: string } };
  const name = [algorithm.name, hash?.name].filter(Boolean).join(" ");
  return `CryptoKey: ${type}, ${name}, to ${usages.join(" and ")}, ${extractable ? "extractable" : "not extractable"}`;
}
