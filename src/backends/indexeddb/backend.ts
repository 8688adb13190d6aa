import { INDEX_NAMES, parseRecord } from "../../backend.ts";
import type { Backend, IndexName, StoredRecord } from "../../backend.ts";
import type { Keyring } from "../../sealing/keyring.ts";
import { browserKeyring } from "./browser-keys.ts";
import type { Connection, Database } from "./connection.ts";

/** One object store with native indexes; compare and write are one transaction. */
export class IndexedDBBackend implements Backend {
  readonly capabilities: Backend["capabilities"] = {
    engine: "indexeddb",
    atomic: true,
    consistency: "strong",
    durable: true,
    ttl: false,
    persistent: true,
  };
  readonly #connection: Connection;
  readonly #namespace: string;

  constructor(connection: Connection, namespace: string) {
    this.#connection = connection;
    this.#namespace = namespace;
  }

  keyring(): Promise<Keyring> {
    return this.#connection.use((database) => browserKeyring(database, this.#namespace));
  }

  read(key: string): Promise<StoredRecord | undefined> {
    return this.#connection.use(async (database) => {
      const value = await database.get("records", key);
      return value && parseRecord(key, value);
    });
  }

  lookup(index: IndexName, digest: string): Promise<StoredRecord[]> {
    return this.#connection.use(async (database) => parsePage(await database.getAllFromIndex("records", index, digest)));
  }

  commit(previous: StoredRecord | undefined, next: StoredRecord | undefined): Promise<boolean> {
    return this.#connection.use(async (database) => {
      // The database was deleted since the digests were made: with the keys of today they are others.
      if (next && next.keyId !== (await browserKeyring(database, this.#namespace)).current.id) return false;
      return commitIn(database, previous, next);
    });
  }

  async *scan({ pageSize }: { pageSize: number }): AsyncGenerator<StoredRecord[]> {
    let after: IDBKeyRange | null = null;
    for (;;) {
      const range: IDBKeyRange | null = after;
      const page: StoredRecord[] = parsePage(await this.#connection.use((database) => database.getAll("records", range, pageSize)));
      if (page.length > 0) yield page;
      if (page.length < pageSize) return;
      after = IDBKeyRange.lowerBound(page.at(-1)!.key, true);
    }
  }

  async clear(): Promise<void> {
    await this.#connection.use((database) => database.clear("records"));
  }

  close(): Promise<void> {
    return this.#connection.close();
  }
}

async function commitIn(database: Database, previous: StoredRecord | undefined, next: StoredRecord | undefined): Promise<boolean> {
  // A refresh token that is lost can't be had again; an access token can.
  const durability = next && next.index.refresh !== previous?.index.refresh ? "strict" : "relaxed";
  const transaction = database.transaction("records", "readwrite", { durability });
  // Where a request fails, that error is the one to report; this one only repeats it.
  transaction.done.catch(() => {});
  const storedAt = async (key: string): Promise<StoredRecord | undefined> => {
    const stored = await transaction.store.get(key);
    return stored && parseRecord(key, stored);
  };
  const moves = next !== undefined && next.key !== previous?.key;
  const unchanged = (!previous || isSame(await storedAt(previous.key), previous)) && (!moves || !(await storedAt(next.key)));
  if (unchanged && previous && (moves || !next)) await transaction.store.delete(previous.key);
  if (unchanged && next) await transaction.store.put(next);
  await transaction.done;
  return unchanged;
}

/** A token that was deleted and saved anew counts from 1 again, so the version alone does not tell; its tokens do. */
function isSame(stored: StoredRecord | undefined, previous: StoredRecord): boolean {
  return stored?.version === previous.version && INDEX_NAMES.every((name) => stored.index[name] === previous.index[name]);
}

function parsePage(values: readonly StoredRecord[]): StoredRecord[] {
  return values.map((value) => parseRecord(value.key, value));
}
