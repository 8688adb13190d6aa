import { INDEX_NAMES } from "../backend.ts";
import type { StoredRecord } from "../backend.ts";
import type { Engine } from "../engine.ts";
import type { Found } from "../finder.ts";
import { makeIndex, makeRecord } from "../record.ts";
import type { Keyring } from "../sealing/keyring.ts";

/** The record as it should be, where it names too few or other index entries; undefined where it is right. */
export async function reindexed(
  { parts }: Engine,
  { current }: Keyring,
  { record, ...content }: Found,
): Promise<{ missing: number; wrong: number; next: StoredRecord } | undefined> {
  // What a previous secret wrote the rotation writes anew.
  if (record.keyId !== current.id) return undefined;
  // A store with fewer lookups than another over the same storage leaves alone what it does not use.
  const lookups = new Set(INDEX_NAMES.filter((name) => parts.options.lookups.has(name) || record.index[name] !== undefined));
  const index = await makeIndex(current, lookups, content.token);
  const names = [...lookups].filter((name) => index[name] !== record.index[name]);
  if (names.length === 0) return undefined;
  return {
    missing: names.filter((name) => index[name] !== undefined).length,
    wrong: names.filter((name) => record.index[name] !== undefined).length,
    next: await makeRecord(current, lookups, content),
  };
}
