/**
 * Workers KV takes one write per second and key, so a shorter pause is of no use there.
 * https://developers.cloudflare.com/kv/platform/limits/
 */
const FIRST_PAUSE_MS = 1000;

/** How often a refused request is repeated. With it a request takes at most 1 + 2 + 4, doubled: 14 seconds of pauses. */
const MAX_REPEATS = 3;

/** A storage that wants more patience than this has to be told to the caller, who may have better to do. */
const LONGEST_PAUSE_MS = 10_000;

/**
 * How long to wait before a refused request is sent again, in milliseconds; undefined: no more.
 * Twice as long each time, and up to twice that at random, so that those who were refused together
 * don't come back together.
 *
 * @param repeats how often it was repeated already
 * @param retryAfterMs what the storage asked for; never less is waited
 * @param random a number from 0 to 1
 */
export function rateLimitPauseMs(repeats: number, retryAfterMs: number | undefined, random: number): number | undefined {
  if (repeats >= MAX_REPEATS) return undefined;
  const shortest = Math.max(FIRST_PAUSE_MS * 2 ** repeats, retryAfterMs ?? 0);
  return shortest > LONGEST_PAUSE_MS ? undefined : shortest + random * FIRST_PAUSE_MS * 2 ** repeats;
}
