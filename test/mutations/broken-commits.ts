import type { IndexName, StoredRecord } from "../../src/backend.ts";
import { broken, later, RACE } from "./broken-backend.ts";
import type { BrokenBackend } from "./broken-backend.ts";

/** Backends that write wrong, or say wrongly what they wrote. */
export const BROKEN_COMMITS: readonly BrokenBackend[] = [
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
    "compares versions alone, and says that it compares bodies",
    "changed elsewhere",
    (Sound) =>
      class extends Sound {
        override isCurrent(previous?: StoredRecord, next?: StoredRecord): boolean {
          const stored = previous && this.readNow(previous.key);
          return super.isCurrent(stored?.version === previous?.version ? stored : previous, next);
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
    "changed elsewhere",
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
    "deletes nothing",
    "delete",
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
    "copies a record that is to move to another key",
    "rotateSecret",
    (Sound) =>
      class extends Sound {
        override remove(record: StoredRecord, next?: StoredRecord): void {
          if (!next || next.key === record.key) super.remove(record, next);
        }
      },
  ),
];
