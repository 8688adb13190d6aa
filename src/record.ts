import type { IndexName, RecordIndex, StoredRecord } from "./backend.ts";
import { recordKey } from "./finder.ts";
import { indexValues } from "./lookup.ts";
import type { Key, RecordContent } from "./sealing/keyring.ts";
import type { TokenFields } from "./token.ts";

/** Seal: the record of a token as the key writes it. */
export async function makeRecord(key: Key, lookups: ReadonlySet<IndexName>, content: RecordContent): Promise<StoredRecord> {
  const { token } = content;
  const header = {
    key: await recordKey(key, token.id),
    version: token.version,
    keyId: key.id,
    index: await makeIndex(key, lookups, token),
  };
  return { ...header, body: await key.seal(header, content) };
}

export async function makeIndex(key: Key, lookups: ReadonlySet<IndexName>, fields: TokenFields): Promise<RecordIndex> {
  const wanted = [...indexValues(fields)].filter(([name]) => lookups.has(name));
  const entries = wanted.map(async ([name, value]): Promise<[IndexName, string]> => [name, await key.digest(name, value)]);
  return Object.fromEntries(await Promise.all(entries));
}
