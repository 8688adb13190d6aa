import { INDEX_NAMES, parseRecord } from "../../backend.ts";
import type { StoredRecord } from "../../backend.ts";
import type { RecordRow } from "./protocol.ts";

/** The most that SQLite in an object takes as one row: 2 MB (https://developers.cloudflare.com/durable-objects/platform/limits/). */
const MAX_ROW_BYTES = 2_000_000;
/** Key, version, key id and index are digests and numbers: some 300 bytes. */
const HEADER_BYTES = 1024;

export function toRow({ key, version, keyId, index, body }: StoredRecord): RecordRow {
  return { key, version, keyId, index, body: JSON.stringify(body) };
}

export function fitsRow(record: StoredRecord): boolean {
  return new TextEncoder().encode(toRow(record).body).length + HEADER_BYTES <= MAX_ROW_BYTES;
}

/** The record, or marked as damaged. */
export function fromRow(row: RecordRow): StoredRecord {
  return parseRecord(row.key, { ...row, body: parseJson(row.body) });
}

function parseJson(text: unknown): unknown {
  try {
    return typeof text === "string" ? JSON.parse(text) : undefined;
  } catch {
    return undefined;
  }
}

/** The row as SQLite keeps it: a column for each index. */
export function toColumns({ key, version, keyId, index, body }: RecordRow): Record<string, string | number | null> {
  const digests = INDEX_NAMES.map((name) => [digestColumn(name), index[name] ?? null]);
  return { key, version, key_id: keyId, ...Object.fromEntries(digests), body };
}

export function fromColumns(columns: Record<string, unknown>): RecordRow {
  const digests = INDEX_NAMES.map((name) => [name, columns[digestColumn(name)]]).filter(([, digest]) => digest !== null);
  const { key, version, key_id: keyId, body } = columns as { key: string; version: number; key_id: string; body: string };
  return { key, version, keyId, index: Object.fromEntries(digests), body };
}

/** `user` and `grant` alone would be words of SQL. */
export function digestColumn(name: string): string {
  return `${name}_digest`;
}
