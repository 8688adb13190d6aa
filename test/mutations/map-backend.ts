import type { Backend, IndexName, StoredRecord } from "../../src/backend.ts";
import { parseRecord } from "../../src/backend.ts";
import { RecordCorruptError } from "../../src/index.ts";

/** A sound backend over rows of text, cut into steps that a mutant can get wrong one at a time. */
export class MapBackend implements Backend {
  readonly capabilities: Backend["capabilities"] = {
    engine: "map",
    atomic: true,
    consistency: "strong",
    durable: false,
    ttl: false,
    persistent: false,
  };
  readonly comparesBodies: boolean = true;
  readonly rows: Map<string, string>;
  readonly namespace: string;

  constructor(rows: Map<string, string>, namespace: string) {
    this.rows = rows;
    this.namespace = namespace;
  }

  async read(key: string): Promise<StoredRecord | undefined> {
    return this.readNow(key);
  }

  async lookup(index: IndexName, digest: string): Promise<StoredRecord[]> {
    return this.entry(index, digest).flatMap((key) => this.readNow(key) ?? []);
  }

  async commit(previous: StoredRecord | undefined, next: StoredRecord | undefined): Promise<boolean> {
    if (!this.isCurrent(previous, next)) return false;
    if (previous) this.remove(previous, next);
    if (next) this.add(next, previous);
    return true;
  }

  async *scan({ pageSize }: { pageSize: number }): AsyncGenerator<StoredRecord[]> {
    const keys = this.recordKeys();
    for (let start = 0; start < keys.length; start += pageSize) {
      yield keys.slice(start, start + pageSize).flatMap((key) => this.readNow(key) ?? []);
    }
  }

  async clear(): Promise<void> {
    for (const row of this.rows.keys()) if (row.startsWith(`${this.namespace}:`)) this.rows.delete(row);
  }

  async close(): Promise<void> {}

  recordKeys(): string[] {
    const prefix = this.recordRow("");
    // The names of keys are kept as a record too, which is no token's.
    return [...this.rows.keys()]
      .filter((row) => row.startsWith(prefix) && row !== this.recordRow("keys"))
      .map((row) => row.slice(prefix.length));
  }

  readNow(key: string): StoredRecord | undefined {
    const text = this.rows.get(this.recordRow(key));
    return text === undefined ? undefined : this.parse(key, text);
  }

  parse(key: string, text: string): StoredRecord {
    return parseRecord(key, parseJson(text));
  }

  isCurrent(previous: StoredRecord | undefined, next: StoredRecord | undefined): boolean {
    if (previous && JSON.stringify(this.readNow(previous.key)) !== JSON.stringify(previous)) return false;
    return !next || next.key === previous?.key || !this.rows.has(this.recordRow(next.key));
  }

  add(record: StoredRecord, _previous?: StoredRecord): void {
    this.writeRecord(record);
    for (const [index, digest] of Object.entries(record.index)) this.addEntry(index as IndexName, digest, record.key);
  }

  remove(record: StoredRecord, _next?: StoredRecord): void {
    this.rows.delete(this.recordRow(record.key));
    for (const [index, digest] of Object.entries(record.index)) this.removeEntry(index as IndexName, digest, record.key);
  }

  writeRecord(record: StoredRecord): void {
    this.rows.set(this.recordRow(record.key), JSON.stringify(record));
  }

  addEntry(index: IndexName, digest: string, key: string): void {
    this.writeEntry(index, digest, [...new Set([...this.entry(index, digest), key])]);
  }

  removeEntry(index: IndexName, digest: string, key: string): void {
    this.writeEntry(
      index,
      digest,
      this.entry(index, digest).filter((other) => other !== key),
    );
  }

  writeEntry(index: IndexName, digest: string, keys: string[]): void {
    if (keys.length === 0) this.rows.delete(this.entryRow(index, digest));
    else this.rows.set(this.entryRow(index, digest), JSON.stringify(keys));
  }

  entry(index: IndexName, digest: string): string[] {
    const row = this.entryRow(index, digest);
    const keys = parseJson(this.rows.get(row) ?? "[]");
    if (Array.isArray(keys) && keys.every((key) => typeof key === "string")) return keys;
    throw new RecordCorruptError(digest, "An index entry is damaged.");
  }

  recordRow(key: string): string {
    return `${this.namespace}:r:${key}`;
  }

  entryRow(index: IndexName, digest: string): string {
    return `${this.namespace}:x:${index}:${digest}`;
  }
}

/** Undefined where the text is damaged. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
