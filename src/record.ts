import type { IndexName, RecordIndex, StoredRecord } from "./backend.ts";
import type { Found } from "./finder.ts";
import { indexValues } from "./lookup.ts";
import type { IndexValue } from "./lookup.ts";
import type { Key, RecordContent } from "./sealing/keyring.ts";
import { recordKey } from "./sealing/places.ts";
import type { TokenFields } from "./token.ts";

/**
 * Seal: the record of a token as the key writes it.
 *
 * @param previous what it is written over, if this key has sealed that: then its index can be relied on, and what stays needs no
 *   digests anew
 */
export async function makeRecord(
  key: Key,
  lookups: ReadonlySet<IndexName>,
  content: RecordContent,
  previous?: Found,
): Promise<StoredRecord> {
  const { token } = content;
  const header = {
    key: previous?.record.key ?? (await recordKey(key, token.id)),
    version: token.version,
    keyId: key.id,
    index: await makeIndex(key, lookups, token, previous),
  };
  return { ...header, body: await key.seal(header, content) };
}

export async function makeIndex(key: Key, lookups: ReadonlySet<IndexName>, fields: TokenFields, previous?: Found): Promise<RecordIndex> {
  const known = previous && indexValues(previous.token);
  const wanted = [...indexValues(fields)].filter(([name]) => lookups.has(name));
  const digests = wanted.map(([name, value]) => {
    const kept = isSame(known?.get(name), value) ? previous?.record.index[name] : undefined;
    return kept ?? key.digest(name, value);
  });
  // Asked for side by side where they take time.
  const made = await Promise.all(digests);
  return Object.fromEntries(wanted.map(([name], position) => [name, made[position]!]));
}

function isSame(left: IndexValue | undefined, right: IndexValue): boolean {
  return left?.length === right.length && left.every((part, position) => part === right[position]);
}
