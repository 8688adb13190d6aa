import type { StoredRecord } from "../../src/backend.ts";
import { broken, RACE } from "./broken-backend.ts";
import type { BrokenBackend } from "./broken-backend.ts";

/** Backends that read or list wrong. */
export const BROKEN_READS: readonly BrokenBackend[] = [
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
    "list",
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
