import { deleteDB, openDB } from "idb";
import { createIndexedDBTokenStore } from "../../src/backends/indexeddb/index.ts";
import type { EdgeTokenStore } from "../../src/index.ts";
import { unique } from "./fixture.ts";
import type { Fixture } from "./fixture.ts";

/** Stores of one origin; namespaces are made unique, since the databases outlive a test. */
export function indexedDBFixture(): Fixture {
  const suffix = unique();
  const stores: EdgeTokenStore[] = [];
  const foreign = `foreign-${suffix}`;
  const names = new Set<string>([foreign]);
  const openForeign = () => openDB(foreign, 1, { upgrade: (database) => void database.createObjectStore("records") });
  return {
    open({ namespace = "tokens", ...options } = {}) {
      const own =
        typeof namespace === "string" && /^[a-z0-9]/.test(namespace) && namespace.length < 32 ? `${namespace}-${suffix}` : namespace;
      names.add(`edge-token-store:${own}`);
      const store = createIndexedDBTokenStore({ ...options, namespace: own, allowClientSecret: true });
      stores.push(store);
      return store;
    },
    stranger: {
      async write() {
        const database = await openForeign();
        await database.put("records", { text: "mine" }, "note");
        database.close();
      },
      async read() {
        const database = await openForeign();
        const values = await database.getAll("records");
        database.close();
        return values;
      },
    },
    async dump() {
      const dumps = await Promise.all(Array.from(names, dumpDatabase));
      return dumps.flat();
    },
    async dispose() {
      await Promise.all(stores.map((store) => store.close()));
      await Promise.all([...names].map((name) => deleteDB(name)));
    },
  };
}

async function dumpDatabase(name: string): Promise<Uint8Array[]> {
  const database = await openDB(name);
  const contents = await Promise.all(
    Array.from(database.objectStoreNames, async (store) => [...(await database.getAllKeys(store)), ...(await database.getAll(store))]),
  );
  database.close();
  return contents.flat().flatMap(bytesWithin);
}

/** All text and all bytes in what was stored. */
function bytesWithin(value: unknown): Uint8Array[] {
  if (value instanceof Uint8Array) return [value];
  if (typeof value === "object" && value !== null)
    return Object.entries(value).flatMap(([key, inner]) => [...bytesWithin(key), ...bytesWithin(inner)]);
  return [new TextEncoder().encode(String(value))];
}
