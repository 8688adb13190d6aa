import { isSameRecord, parseRecord } from "../../backend.ts";
import type { Backend, IndexName, StoredRecord } from "../../backend.ts";
import { StoreQuotaError } from "../../errors.ts";
import type { Keyring } from "../../sealing/keyring.ts";
import { Batches } from "./batches.ts";
import { browserKeyring } from "./browser-keys.ts";
import type { Connection } from "./connection.ts";
import { asking, read, write } from "./requests.ts";
import { isMarker, isTokenIndex, markShared, newEntries, recordRange } from "./shared-tokens.ts";

interface Commit {
  readonly previous: StoredRecord | undefined;
  readonly next: StoredRecord | undefined;
}

/**
 * One object store with native indexes; compare and write are one transaction, which several commits can share. No record moves to
 * another key: that takes another secret, and there is none but the database's own.
 */
export class IndexedDBBackend implements Backend {
  readonly capabilities: Backend["capabilities"] = {
    engine: "indexeddb",
    atomic: true,
    consistency: "strong",
    durable: true,
    ttl: false,
    persistent: true,
  };
  readonly comparesBodies = true;
  readonly #connection: Connection;
  readonly #namespace: string;
  readonly #indexesRefresh: boolean;
  readonly #reads = new Batches((reads: readonly Read[]) => this.#readTogether(reads), {
    // Chromium's, of a value whose file is gone.
    isOneTasksFault: (error) => ((error as Error).cause as Error | undefined)?.name === "NotReadableError",
  });
  readonly #commits = new Batches((commits: readonly Commit[]) => this.#commitTogether(commits), {
    selector: distinctRecords,
    // A record that is too large for what room is left shall not take the others along.
    isOneTasksFault: (error) => error instanceof StoreQuotaError,
  });

  /** @param indexesRefresh whether records tell by their index that their refresh token is another */
  constructor(connection: Connection, namespace: string, indexesRefresh: boolean) {
    this.#connection = connection;
    this.#namespace = namespace;
    this.#indexesRefresh = indexesRefresh;
  }

  keyring(): Promise<Keyring> {
    return this.#connection.use((database) => browserKeyring(database, this.#namespace));
  }

  async read(key: string): Promise<StoredRecord | undefined> {
    const record: unknown = await this.#reads.add((records) => records.get(key));
    return record === undefined ? undefined : parseRecord(key, record);
  }

  async lookup(index: IndexName, digest: string): Promise<StoredRecord[]> {
    if (isTokenIndex(index)) {
      const record = (await this.#reads.add((records) => records.index(index).get(digest))) as StoredRecord | undefined;
      if (!record) return [];
      if (!isMarker(record)) return parsePage([record]);
    }
    const records = (await this.#reads.add((store) => store.index(index).getAll(digest))) as StoredRecord[];
    return parsePage(records.filter((record) => !isMarker(record)));
  }

  commit(previous: StoredRecord | undefined, next: StoredRecord | undefined): Promise<boolean> {
    return this.#commits.add({ previous, next });
  }

  /**
   * The next page is asked for before this one is given out: to open it keeps the thread busy, and the browser's process would wait.
   * It ends where the database was deleted meanwhile: what is there now is of other keys.
   */
  async *scan({ pageSize }: { pageSize: number }): AsyncGenerator<StoredRecord[]> {
    const { id } = (await this.keyring()).current;
    const readPage = (range: IDBKeyRange): Promise<StoredRecord[]> => {
      const page = this.#connection.use(async (database) => {
        const [records] = await read(database, "records", (store) => [store.getAll(range, pageSize) as IDBRequest<StoredRecord[]>]);
        const { current } = await browserKeyring(database, this.#namespace);
        return current.id === id ? records : [];
      });
      // Reported when its turn comes, if it comes.
      page.catch(() => {});
      return page;
    };
    let coming: Promise<StoredRecord[]> | undefined = readPage(recordRange());
    while (coming) {
      const page: StoredRecord[] = await coming;
      coming = page.length < pageSize ? undefined : readPage(IDBKeyRange.lowerBound(page.at(-1)!.key, true));
      if (page.length > 0) yield parsePage(page);
    }
  }

  async clear(): Promise<void> {
    await this.#connection.use((database) => write(database, "records", "default", (records) => records.clear()));
  }

  close(): Promise<void> {
    return this.#connection.close();
  }

  #readTogether(reads: readonly Read[]): Promise<unknown[]> {
    return this.#connection.use((database) => read(database, "records", (records) => reads.map((place) => place(records))));
  }

  /** Where one of them can't be, nothing was written, and the others are written without it. */
  async #commitTogether(commits: readonly Commit[]): Promise<boolean[]> {
    const outdated = await this.#connection.use(async (database, repeated) => {
      const { current } = await browserKeyring(database, this.#namespace);
      // The database was deleted since the digests were made: with the keys of today they are others.
      const foreign = commits.filter(({ next }) => next && next.keyId !== current.id);
      return foreign.length > 0 ? foreign : commitAll(database, commits, this.#durabilityOf(commits), repeated);
    });
    if (outdated.length === 0) return commits.map(() => true);
    const rest = commits.filter((commit) => !outdated.includes(commit));
    const results = rest.length > 0 ? await this.#commitTogether(rest) : [];
    return commits.map((commit) => results[rest.indexOf(commit)] ?? false);
  }

  /** A refresh token that is lost can't be had again; an access token can. */
  #durabilityOf(commits: readonly Commit[]): "strict" | "relaxed" {
    const isGrave = ({ previous, next }: Commit): boolean =>
      next !== undefined && (!this.#indexesRefresh || next.index.refresh !== previous?.index.refresh);
    return commits.some(isGrave) ? "strict" : "relaxed";
  }
}

type Read = (records: IDBObjectStore) => IDBRequest;

/**
 * Compares and writes in one transaction. The writes are asked for together with what they depend on, which saves
 * the way to the browser's process and back; where a record is another than expected, the transaction is
 * aborted with all of them. Answers with the commits that found another record.
 */
async function commitAll(
  database: IDBDatabase,
  commits: readonly Commit[],
  durability: "strict" | "relaxed",
  repeated: boolean,
): Promise<Commit[]> {
  const outdated: Commit[] = [];
  try {
    await write(database, "records", durability, (records) => {
      const ask = asking(records.transaction, () => outdated.length === 0);
      for (const commit of commits) {
        const { previous, next } = commit;
        const key = keyOf(commit);
        ask<unknown>(records.get(key), (value) => {
          const stored = value === undefined ? undefined : parseRecord(key, value);
          // Repeated, it may find what it has left there itself.
          if (!isThere(previous, stored) && !(repeated && isThere(next, stored))) outdated.push(commit);
        });
      }
      for (const { previous, next } of commits) {
        for (const entry of newEntries(previous?.index, next?.index)) markShared(records, entry, ask);
      }
      for (const commit of commits) {
        if (commit.next) records.put(commit.next);
        else records.delete(keyOf(commit));
      }
    });
  } catch (error) {
    if (outdated.length === 0) throw error;
  }
  return outdated;
}

function isThere(record: StoredRecord | undefined, stored: StoredRecord | undefined): boolean {
  return record ? isSameRecord(stored, record) : stored === undefined;
}

function keyOf({ previous, next }: Commit): string {
  return (next ?? previous)!.key;
}

/** Each commit looks at what is there before anything is written, so no two in a batch may touch one record or bring one index entry. */
function distinctRecords(): (commit: Commit) => boolean {
  const touched = new Set<string>();
  return (commit) => {
    const entries = newEntries(commit.previous?.index, commit.next?.index);
    const keys = [keyOf(commit), ...entries.map(({ key }) => key)];
    if (keys.some((key) => touched.has(key))) return false;
    for (const key of keys) touched.add(key);
    return true;
  };
}

function parsePage(values: readonly StoredRecord[]): StoredRecord[] {
  return values.map((value) => parseRecord(value.key, value));
}
