import { INDEX_NAMES } from "./backend.ts";
import type { IndexName, RecordIndex, StoredRecord } from "./backend.ts";
import type { Found } from "./finder.ts";
import { indexValue } from "./lookup.ts";
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
  const digests = INDEX_NAMES.map((name) => {
    const value = lookups.has(name) ? indexValue(name, fields) : undefined;
    if (!value) return undefined;
    const known = previous && indexValue(name, previous.token);
    return (isSame(known, value) ? previous?.record.index[name] : undefined) ?? key.digest(name, value);
  });
  // Asked for side by side where they take time.
  const made = await Promise.all(digests);
  return Object.fromEntries(
    INDEX_NAMES.map((name, position) => [name, made[position]] as const).filter(([, digest]) => digest !== undefined),
  );
}

function isSame(left: IndexValue | undefined, right: IndexValue): boolean {
  return left?.length === right.length && left.every((part, position) => part === right[position]);
}
