import type { IndexName, StoredRecord } from "../../src/backend.ts";
import { broken } from "./broken-backend.ts";
import type { BrokenBackend } from "./broken-backend.ts";

/** Backends that keep or read the index wrong. */
export const BROKEN_INDEXES: readonly BrokenBackend[] = [
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
];
