import type { StoredRecord } from "../../../backend.ts";
import { isUnchanged, recordValue } from "../commit-plan.ts";
import type { CommitPlan } from "../commit-plan.ts";
import type { Keys } from "../keys.ts";
import { pointersOf, withoutPointer, withPointer } from "../pointers.ts";

/** The text under each key; null where there is none. */
export type Rows = (key: string) => string | null;

/** What becomes of a row. It may only be written where all rows of the commit still hold what was expected. */
export interface RowChange {
  readonly key: string;
  /** Null: there must be none. */
  readonly expected: string | null;
  /** Null: there is none afterwards. */
  readonly value: string | null;
}

/** The rows that a commit changes; undefined where the record is not the one that was read, or its key is taken. */
export function commitChanges(keys: Keys, { previous, next, wanted, stale, inserts }: CommitPlan, rows: Rows): RowChange[] | undefined {
  const changes: RowChange[] = [];
  if (previous) {
    const key = keys.record(previous.key);
    const expected = rows(key);
    if (!isUnchanged(previous, parseText(expected))) return undefined;
    if (inserts || !next) changes.push({ key, expected, value: null });
  }
  if (next) {
    const key = keys.record(next.key);
    const expected = rows(key);
    if (inserts && parseText(expected) !== undefined) return undefined;
    changes.push({ key, expected, value: JSON.stringify(recordValue(next)) }, ...missingPointers(next, wanted, rows));
  }
  for (const key of stale) {
    const expected = rows(key);
    if (expected === null) continue;
    const others = withoutPointer(pointersOf(parseText(expected)), previous!.key);
    changes.push({ key, expected, value: others.length > 0 ? JSON.stringify({ pointers: others }) : null });
  }
  return changes;
}

/** The pointers that don't lead to the record yet; none where it is not the stored one any more. */
export function indexChanges(keys: Keys, record: StoredRecord, wanted: readonly string[], rows: Rows): RowChange[] {
  const key = keys.record(record.key);
  const expected = rows(key);
  if (!isUnchanged(record, parseText(expected))) return [];
  const missing = missingPointers(record, wanted, rows);
  // The record is written as it is, so that the pointers come only with it.
  return missing.length > 0 ? [{ key, expected, value: expected }, ...missing] : [];
}

function missingPointers({ key: record, version }: StoredRecord, wanted: readonly string[], rows: Rows): RowChange[] {
  return wanted.flatMap((key) => {
    const expected = rows(key);
    const pointers = pointersOf(parseText(expected));
    if (pointers.some((pointer) => pointer.key === record)) return [];
    return { key, expected, value: JSON.stringify(withPointer(pointers, { key: record, version })) };
  });
}

/** Text that is no JSON stays text: something lies there, but nothing of ours. What unstorage reads as no value is none here too. */
function parseText(text: string | null): unknown {
  if (text === null || /^\s*(null|undefined)\s*$/i.test(text)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
