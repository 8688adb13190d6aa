import { INDEX_NAMES, isIndexName, isSameRecord } from "../../backend.ts";
import type { IndexName } from "../../backend.ts";
import { hasTable } from "./object-storage.ts";
import type { ObjectStorage } from "./object-storage.ts";
import type { Commit, RecordPage, RecordRow } from "./protocol.ts";
import { digestColumn, fromColumns, fromRow, toColumns } from "./record-row.ts";

/** An RPC answer carries 32 MiB at most (https://developers.cloudflare.com/workers/runtime-apis/rpc/); a page stays well below. */
const MAX_PAGE_CHARACTERS = 4 * 1024 * 1024;

const DIGESTS = INDEX_NAMES.map(digestColumn);

// A digest that is null has no entry in its partial index: less to write, less to pay.
const SCHEMA = [
  "CREATE TABLE token_layout (shard INTEGER NOT NULL)",
  `CREATE TABLE token_records (key TEXT PRIMARY KEY, version INTEGER NOT NULL, key_id TEXT NOT NULL, ${DIGESTS.map((digest) => `${digest} TEXT`).join(", ")}, body TEXT NOT NULL) WITHOUT ROWID`,
  ...DIGESTS.map((digest) => `CREATE INDEX token_${digest} ON token_records (${digest}) WHERE ${digest} IS NOT NULL`),
];

/**
 * The records in one Durable Object, with SQLite's own indexes for the look-ups. Everything here is synchronous, so no
 * other call comes in between, and the platform holds an answer back until what it tells is on disk.
 */
export class RecordTable {
  readonly #storage: ObjectStorage;
  #shard: number | undefined;

  constructor(storage: ObjectStorage) {
    this.#storage = storage;
    if (!hasTable(storage, "token_layout")) return;
    const [layout] = storage.sql.exec("SELECT shard FROM token_layout");
    this.#shard = layout!["shard"] as number;
  }

  /** Over how many objects the store is spread whose records lie here; undefined while there are none. */
  get shard(): number | undefined {
    return this.#shard;
  }

  read(key: string): RecordRow | undefined {
    const [row] = this.#select("key = ?", key);
    return row;
  }

  lookup(index: IndexName, digest: string): RecordRow[] {
    // It comes from outside, and goes into a statement.
    if (!isIndexName(index)) throw new TypeError("There is no such index.");
    return [...this.#select(`${digestColumn(index)} = ?`, digest)];
  }

  commit(shard: number, { previous, next, repeated }: Commit): boolean {
    const committed = this.#storage.transactionSync(() => {
      const stored = previous && this.read(previous.key);
      const there = next && (next.key === previous?.key ? stored : this.read(next.key));
      if (repeated && isWritten(next ? there : stored, next)) return true;
      if (previous && !(stored && isSameRecord(fromRow(stored), fromRow(previous)))) return false;
      // A record that is new or moves there needs the key free.
      if (there && there !== stored) return false;
      if (stored && stored.key !== next?.key) this.#storage.sql.exec("DELETE FROM token_records WHERE key = ?", stored.key);
      if (next && there) this.#update(there, next);
      else if (next) this.#insert(shard, next);
      return true;
    });
    if (committed && next) this.#shard ??= shard;
    return committed;
  }

  page(after: string, limit: number): RecordPage {
    const rows: RecordRow[] = [];
    let characters = 0;
    // One more than asked for tells whether there is more.
    for (const row of this.#select("key > ? ORDER BY key LIMIT ?", after, limit + 1)) {
      characters += row.body.length;
      if (rows.length === limit || (rows.length > 0 && characters > MAX_PAGE_CHARACTERS)) return { rows, more: true };
      rows.push(row);
    }
    return { rows, more: false };
  }

  clear(): void {
    if (this.#shard === undefined) return;
    this.#storage.transactionSync(() => {
      for (const table of ["token_records", "token_layout"]) this.#storage.sql.exec(`DROP TABLE ${table}`);
    });
    this.#shard = undefined;
  }

  *#select(condition: string, ...bindings: (string | number)[]): Generator<RecordRow> {
    if (this.#shard === undefined) return;
    const found = this.#storage.sql.exec(`SELECT * FROM token_records WHERE ${condition}`, ...bindings);
    for (const columns of found) yield fromColumns(columns);
  }

  #insert(shard: number, row: RecordRow): void {
    const { sql } = this.#storage;
    if (this.#shard === undefined) {
      for (const statement of SCHEMA) sql.exec(statement);
      sql.exec("INSERT INTO token_layout VALUES (?)", shard);
    }
    const columns = toColumns(row);
    const names = Object.keys(columns);
    sql.exec(`INSERT INTO token_records (${names.join(", ")}) VALUES (${names.map(() => "?").join(", ")})`, ...Object.values(columns));
  }

  /** Names only the columns that change: the index of any column that is named is written anew, and paid for. */
  #update(stored: RecordRow, row: RecordRow): void {
    const before = toColumns(stored);
    const changes = Object.entries(toColumns(row)).filter(([name, value]) => value !== before[name]);
    if (changes.length === 0) return;
    const assignments = changes.map(([name]) => `${name} = ?`);
    const values = changes.map(([, value]) => value);
    this.#storage.sql.exec(`UPDATE token_records SET ${assignments.join(", ")} WHERE key = ?`, ...values, row.key);
  }
}

/** Whether that state has been written before. A seal begins with random bytes, so no two saves write the same. */
function isWritten(stored: RecordRow | undefined, next: RecordRow | undefined): boolean {
  return stored?.version === next?.version && stored?.body === next?.body;
}
