import type { IndexName, StoredRecord } from "../../src/backend.ts";
import { MapBackend } from "./map-backend.ts";

export interface BrokenBackend {
  readonly fault: string;
  /** The group of cases that stands guard against it. */
  readonly guard: string;
  readonly Backend: typeof MapBackend;
}

const later = (task: () => void): void => void setTimeout(task, 1);
const RACE = "at once, from two stores over one storage";

/** What each of them does wrong, and nothing else. */
export const BROKEN_BACKENDS: readonly BrokenBackend[] = [
  broken(
    "loses the index entry of access tokens",
    "find",
    (Sound) =>
      class extends Sound {
        override addEntry(index: IndexName, digest: string, key: string): void {
          if (index !== "access") super.addEntry(index, digest, key);
        }
      },
  ),
  broken(
    "writes index entries at an insert only",
    "save",
    (Sound) =>
      class extends Sound {
        override add(record: StoredRecord, previous?: StoredRecord): void {
          super.add(previous ? { ...record, index: {} } : record);
          super.writeRecord(record);
        }
      },
  ),
  broken(
    "finds the first row whatever is asked",
    "find",
    (Sound) =>
      class extends Sound {
        override entry(): string[] {
          return this.recordKeys().slice(0, 1);
        }
      },
  ),
  broken(
    "finds the first of several only",
    "find",
    (Sound) =>
      class extends Sound {
        override async lookup(index: IndexName, digest: string): Promise<StoredRecord[]> {
          return (await super.lookup(index, digest)).slice(0, 1);
        }
      },
  ),
  broken(
    "keeps one record for an index entry, the last",
    "save",
    (Sound) =>
      class extends Sound {
        override addEntry(index: IndexName, digest: string, key: string): void {
          super.writeEntry(index, digest, [key]);
        }
      },
  ),
  broken(
    "forgets to compare",
    RACE,
    (Sound) =>
      class extends Sound {
        override isCurrent(): boolean {
          return true;
        }
      },
  ),
  broken(
    "compares updates but not inserts",
    RACE,
    (Sound) =>
      class extends Sound {
        override isCurrent(previous?: StoredRecord, next?: StoredRecord): boolean {
          return !previous || super.isCurrent(previous, next);
        }
      },
  ),
  broken(
    "compares inserts but not updates",
    RACE,
    (Sound) =>
      class extends Sound {
        override isCurrent(previous?: StoredRecord, next?: StoredRecord): boolean {
          return previous !== undefined || super.isCurrent(previous, next);
        }
      },
  ),
  broken(
    "compares, and writes some time after",
    RACE,
    (Sound) =>
      class extends Sound {
        override async commit(previous?: StoredRecord, next?: StoredRecord): Promise<boolean> {
          if (!this.isCurrent(previous, next)) return false;
          await new Promise<void>(later);
          if (previous) this.remove(previous, next);
          if (next) this.add(next, previous);
          return true;
        }
      },
  ),
  broken(
    "says that it wrote when somebody was faster",
    RACE,
    (Sound) =>
      class extends Sound {
        override async commit(previous?: StoredRecord, next?: StoredRecord): Promise<boolean> {
          await super.commit(previous, next);
          return true;
        }
      },
  ),
  broken(
    "writes although it says that somebody was faster",
    RACE,
    (Sound) =>
      class extends Sound {
        override async commit(previous?: StoredRecord, next?: StoredRecord): Promise<boolean> {
          const written = await super.commit(previous, next);
          if (!written && next) this.add(next);
          return written;
        }
      },
  ),
  broken(
    "leaves stale index entries at an update",
    "index hygiene",
    (Sound) =>
      class extends Sound {
        override remove(record: StoredRecord, next?: StoredRecord): void {
          super.remove(next ? { ...record, index: {} } : record);
        }
      },
  ),
  broken(
    "leaves the index entries of what is deleted",
    "index hygiene",
    (Sound) =>
      class extends Sound {
        override remove(record: StoredRecord, next?: StoredRecord): void {
          super.remove(next ? record : { ...record, index: {} });
        }
      },
  ),
  broken(
    "removes an index entry with the first record that leaves it",
    "index hygiene",
    (Sound) =>
      class extends Sound {
        override removeEntry(index: IndexName, digest: string): void {
          super.writeEntry(index, digest, []);
        }
      },
  ),
  broken(
    "keeps empty index entries",
    "index hygiene",
    (Sound) =>
      class extends Sound {
        override writeEntry(index: IndexName, digest: string, keys: string[]): void {
          this.rows.set(this.entryRow(index, digest), JSON.stringify(keys));
        }
      },
  ),
  broken(
    "moves no record to another key but copies it",
    "at once, from one store",
    (Sound) =>
      class extends Sound {
        override remove(record: StoredRecord, next?: StoredRecord): void {
          if (next) super.remove(record, next);
        }
      },
  ),
  broken(
    "clears a neighbour whose name begins the same",
    "delete",
    (Sound) =>
      class extends Sound {
        override async clear(): Promise<void> {
          for (const row of this.rows.keys()) if (row.startsWith(this.namespace)) this.rows.delete(row);
        }
      },
  ),
  broken(
    "clears the whole storage",
    "delete",
    (Sound) =>
      class extends Sound {
        override async clear(): Promise<void> {
          this.rows.clear();
        }
      },
  ),
  broken(
    "clears the records and not the index",
    "index hygiene",
    (Sound) =>
      class extends Sound {
        override async clear(): Promise<void> {
          for (const key of this.recordKeys()) this.rows.delete(this.recordRow(key));
        }
      },
  ),
  broken(
    "clears the index and not the records",
    "delete",
    (Sound) =>
      class extends Sound {
        override async clear(): Promise<void> {
          for (const row of this.rows.keys()) if (row.startsWith(`${this.namespace}:x:`)) this.rows.delete(row);
        }
      },
  ),
  broken(
    "lists one page",
    "list",
    (Sound) =>
      class extends Sound {
        override async *scan(options: { pageSize: number }): AsyncGenerator<StoredRecord[]> {
          for await (const page of super.scan(options)) {
            yield page;
            return;
          }
        }
      },
  ),
  broken(
    "lists the last of a page again on the next",
    "list",
    (Sound) =>
      class extends Sound {
        override async *scan(options: { pageSize: number }): AsyncGenerator<StoredRecord[]> {
          let last: StoredRecord[] = [];
          for await (const page of super.scan(options)) {
            yield [...last, ...page];
            last = page.slice(-1);
          }
        }
      },
  ),
  broken(
    "lists the records of every namespace",
    "delete",
    (Sound) =>
      class extends Sound {
        override async *scan(): AsyncGenerator<StoredRecord[]> {
          for (const [row, text] of this.rows) {
            const [, kind, key] = row.split(":");
            if (kind === "r" && key !== "keys") yield [this.parse(key!, text)];
          }
        }
      },
  ),
  broken(
    "lists the names of keys as a record",
    "find",
    (Sound) =>
      class extends Sound {
        override recordKeys(): string[] {
          return [...super.recordKeys(), "keys"];
        }
      },
  ),
  broken(
    "takes a damaged record for none",
    "tampering",
    (Sound) =>
      class extends Sound {
        override readNow(key: string): StoredRecord | undefined {
          const record = super.readNow(key);
          return record?.version === 0 ? undefined : record;
        }
      },
  ),
  broken(
    "resolves before anything is written",
    "find",
    (Sound) =>
      class extends Sound {
        override async commit(previous?: StoredRecord, next?: StoredRecord): Promise<boolean> {
          if (!this.isCurrent(previous, next)) return false;
          later(() => void super.commit(previous, next));
          return true;
        }
      },
  ),
  broken(
    "resolves before the index is written",
    "find",
    (Sound) =>
      class extends Sound {
        override addEntry(index: IndexName, digest: string, key: string): void {
          later(() => super.addEntry(index, digest, key));
        }
      },
  ),
  broken(
    "cuts what is longer than 64 KiB",
    "hostile values",
    (Sound) =>
      class extends Sound {
        override writeRecord(record: StoredRecord): void {
          this.rows.set(this.recordRow(record.key), JSON.stringify(record).slice(0, 65_536));
        }
      },
  ),
  broken(
    "goes on answering what it has read once",
    RACE,
    (Sound) =>
      class extends Sound {
        readonly #known = new Map<string, StoredRecord>();
        override async read(key: string): Promise<StoredRecord | undefined> {
          const record = this.#known.get(key) ?? (await super.read(key));
          if (record) this.#known.set(key, record);
          return record;
        }
      },
  ),
  broken(
    "fails for an id that is unknown",
    "delete",
    (Sound) =>
      class extends Sound {
        override async read(key: string): Promise<StoredRecord | undefined> {
          const record = await super.read(key);
          if (!record && key !== "keys") throw new Error("not found");
          return record;
        }
      },
  ),
];

function broken(fault: string, guard: string, mutate: (Sound: typeof MapBackend) => typeof MapBackend): BrokenBackend {
  return { fault, guard, Backend: mutate(MapBackend) };
}
