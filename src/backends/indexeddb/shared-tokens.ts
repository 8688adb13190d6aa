import type { IndexName, RecordIndex } from "../../backend.ts";
import type { Ask } from "./requests.ts";

/**
 * In these indexes an entry is one record's, save where two tokens of the caller's own ids hold the same value. An
 * index gives one record in two thirds of the time that a list of one takes. So a value that two records share
 * gets a marker, a record with nothing but that index entry, and a key below all digests: whoever asks for
 * the first record under the entry meets the marker, and asks for the list.
 */
const TOKEN_INDEXES = ["access", "refresh", "grant"] as const;

/** Where the keys of records begin, which are hex digits, and those of markers end. */
const FIRST_RECORD = "0";

/** How many markers a new one removes that are of no more use: more than one, so that they can't pile up. */
const CLEARED_AT_ONCE = 8;

interface Marker {
  readonly key: string;
  readonly index: RecordIndex;
}

export function isTokenIndex(name: IndexName): boolean {
  return (TOKEN_INDEXES as readonly IndexName[]).includes(name);
}

/** The index entries that a commit brings to its record, as one text each. */
export function newEntries(previous: RecordIndex = {}, next: RecordIndex = {}): Marker[] {
  return TOKEN_INDEXES.flatMap((name) => {
    const digest = next[name];
    return digest === undefined || digest === previous[name] ? [] : [{ key: `!${name}:${digest}`, index: { [name]: digest } }];
  });
}

export function isMarker({ key }: { readonly key: string }): boolean {
  return key < FIRST_RECORD;
}

/** All records, without the markers. */
export function recordRange(): IDBKeyRange {
  return IDBKeyRange.lowerBound(FIRST_RECORD);
}

/** Writes the marker where another record has this entry already. To be asked for before the records are written. */
export function markShared(records: IDBObjectStore, marker: Marker, ask: Ask): void {
  const [[name, digest]] = Object.entries(marker.index) as [[IndexName, string]];
  ask(records.index(name).getKey(digest), (holder) => {
    if (holder === undefined || holder === marker.key) return;
    records.put(marker);
    clearMarkers(records, marker, ask);
  });
}

/** Removes of the markers that follow this one those whose value no two records share any more. */
function clearMarkers(records: IDBObjectStore, marker: Marker, ask: Ask): void {
  ask<Marker[]>(records.getAll(IDBKeyRange.bound(marker.key, FIRST_RECORD, true), CLEARED_AT_ONCE), (others) => {
    for (const { key, index } of others) {
      const [[name, digest]] = Object.entries(index) as [[IndexName, string]];
      ask(records.index(name).count(digest), (holders) => {
        // The marker itself is one.
        if (holders <= 2) records.delete(key);
      });
    }
  });
}
