import { INDEX_NAMES, isSameRecord, parseRecord } from "../../backend.ts";
import type { StoredRecord } from "../../backend.ts";
import type { Keys } from "./keys.ts";

/** What a commit changes, in keys of the storage. */
export interface CommitPlan {
  readonly previous: StoredRecord | undefined;
  readonly next: StoredRecord | undefined;
  /** Where the pointers that must lead to `next` lie. */
  readonly wanted: readonly string[];
  /** Where those lie that led to `previous` and must no more. */
  readonly stale: readonly string[];
  /** All that it may write to. */
  readonly keys: readonly string[];
  /** Whether `next` takes a key that `previous` does not have, and that must be free. */
  readonly inserts: boolean;
}

export function planCommit(keys: Keys, previous: StoredRecord | undefined, next: StoredRecord | undefined): CommitPlan {
  const wanted = pointerKeys(keys, next);
  const stale = pointerKeys(keys, previous, next);
  return {
    previous,
    next,
    wanted,
    stale,
    get keys() {
      const records = [previous, next].flatMap((record) => (record ? keys.record(record.key) : []));
      return [...new Set(records), ...wanted, ...stale];
    },
    inserts: next !== undefined && next.key !== previous?.key,
  };
}

/** Where the pointers to this record lie, without those that the other one has too. */
export function pointerKeys(keys: Keys, record: StoredRecord | undefined, without?: StoredRecord): string[] {
  return INDEX_NAMES.flatMap((name) => {
    const digest = record?.index[name];
    return digest === undefined || digest === without?.index[name] ? [] : keys.pointer(name, digest);
  });
}

/** The value that lies under a record's key. */
export function recordValue({ version, keyId, index, body }: StoredRecord): object {
  return { version, keyId, index, body };
}

/** Whether what lies under its key is still the record that was read. */
export function isUnchanged(record: StoredRecord, value: unknown): boolean {
  return value != null && isSameRecord(parseRecord(record.key, value), record);
}
