/** More objects cost more on every look-up that asks all of them, and a Worker may make only so many calls a request. */
export const MAX_SHARD = 256;

/**
 * In which of the objects a record lies, by the digest of its id.
 *
 * A record's index lies with it in the same object, so that both change in one transaction however many objects there are.
 * That costs look-ups by user, access, refresh and grant token one call to each object, all at once; look-ups by id and by
 * account, which is what refreshing needs, ask one object, and so does every save of a known account. The other way
 * round, index entries in objects of their own, would ask two objects at most, but a crash in between would part
 * a record from its index. Spread by the user's digest, two records could come to have the same id.
 */
export function shardOf(key: string, shard: number): number {
  // What is no digest, such as the key register, lies in the first object.
  return /^[0-9a-f]{32}$/.test(key) ? Number.parseInt(key.slice(0, 8), 16) % shard : 0;
}
