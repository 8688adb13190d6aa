import { isSameRecord, parseRecord } from "../../backend.ts";
import type { Backend, IndexName, StoredRecord } from "../../backend.ts";
import { StoreQuotaError } from "../../errors.ts";
import type { Keyring } from "../../sealing/keyring.ts";
import { Batches } from "./batches.ts";
import { browserKeyring } from "./browser-keys.ts";
import type { Connection } from "./connection.ts";
import { readStore } from "./read-store.ts";
import type { RecordStore, RecordWriteStore } from "./schema.ts";

interface Commit {
  readonly previous: StoredRecord | undefined;
  readonly next: StoredRecord | undefined;
}

/** One object store with native indexes; compare and write are one transaction, which several commits can share. */
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
  readonly #reads = new Batches((reads: readonly Read[]) => this.#readTogether(reads));
  readonly #commits = new Batches((commits: readonly Commit[]) => this.#commitTogether(commits), {
    selector: distinctRecords,
    // A record that is too large for what room is left shall not take the others along.
    isOneTasksFault: (error) => error instanceof StoreQuotaError,
  });

  constructor(connection: Connection, namespace: string) {
    this.#connection = connection;
    this.#namespace = namespace;
  }

  keyring(): Promise<Keyring> {
    return this.#connection.use((database) => browserKeyring(database, this.#namespace));
  }

  async read(key: string): Promise<StoredRecord | undefined> {
    const [record] = await this.#reads.add(async (records) => asList(await records.get(key)));
    return record && parseRecord(key, record);
  }

  async lookup(index: IndexName, digest: string): Promise<StoredRecord[]> {
    return parsePage(await this.#reads.add((records) => records.index(index).getAll(digest)));
  }

  commit(previous: StoredRecord | undefined, next: StoredRecord | undefined): Promise<boolean> {
    return this.#commits.add({ previous, next });
  }

  async *scan({ pageSize }: { pageSize: number }): AsyncGenerator<StoredRecord[]> {
    let after: IDBKeyRange | null = null;
    for (;;) {
      const range: IDBKeyRange | null = after;
      const page: StoredRecord[] = parsePage(
        await this.#connection.use((database) => readStore(database, "records").getAll(range, pageSize)),
      );
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

  #readTogether(reads: readonly Read[]): Promise<StoredRecord[][]> {
    return this.#connection.use((database) => {
      const records = readStore(database, "records");
      return Promise.all(reads.map((read) => read(records)));
    });
  }

  #commitTogether(commits: readonly Commit[]): Promise<boolean[]> {
    return this.#connection.use(async (database) => {
      const { current } = await browserKeyring(database, this.#namespace);
      const transaction = database.transaction("records", "readwrite", { durability: durabilityOf(commits) });
      // Where a request fails, that error is the one to report; this one only repeats it.
      transaction.done.catch(() => {});
      const results = await Promise.all(
        commits.map(async (commit) => {
          // The database was deleted since the digests were made: with the keys of today they are others.
          if (commit.next && commit.next.keyId !== current.id) return false;
          return commitIn(transaction.store, commit);
        }),
      );
      await transaction.done;
      return results;
    });
  }
}

type Read = (records: RecordStore) => Promise<StoredRecord[]>;

async function commitIn(records: RecordWriteStore, { previous, next }: Commit): Promise<boolean> {
  const storedAt = async (key: string): Promise<StoredRecord | undefined> => {
    const stored = await records.get(key);
    return stored && parseRecord(key, stored);
  };
  const moves = next !== undefined && next.key !== previous?.key;
  if (previous && !isSameRecord(await storedAt(previous.key), previous)) return false;
  if (moves && (await storedAt(next.key))) return false;
  if (previous && (moves || !next)) await records.delete(previous.key);
  if (next) await records.put(next);
  return true;
}

/** A refresh token that is lost can't be had again; an access token can. */
function durabilityOf(commits: readonly Commit[]): "strict" | "relaxed" {
  return commits.some(({ previous, next }) => next && next.index.refresh !== previous?.index.refresh) ? "strict" : "relaxed";
}

/** Each commit compares with what it finds before anything is written, so no two in a batch may touch one record. */
function distinctRecords(): (commit: Commit) => boolean {
  const touched = new Set<string>();
  return (commit) => {
    const keys = keysOf(commit);
    if (keys.some((key) => touched.has(key))) return false;
    for (const key of keys) touched.add(key);
    return true;
  };
}

function keysOf({ previous, next }: Commit): string[] {
  return [previous, next].flatMap((record) => record?.key ?? []);
}

function asList(record: StoredRecord | undefined): StoredRecord[] {
  return record ? [record] : [];
}

function parsePage(values: readonly StoredRecord[]): StoredRecord[] {
  return values.map((value) => parseRecord(value.key, value));
}
