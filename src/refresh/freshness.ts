import { isExpired } from "../token.ts";
import type { StoredToken } from "../token.ts";

/** How far apart the clocks of machines that share a token may be, in milliseconds. */
const MAX_CLOCK_SKEW_MS = 5 * 60_000;

export interface FreshnessRules {
  /** How long before its expiry a token is refreshed at the latest. */
  readonly minValidityMs: number;
  /** By how much earlier on average, so that not all refresh at once. */
  readonly jitterMs: number;
}

/**
 * When a token is to be refreshed, in epoch milliseconds: a random while before it has to be.
 *
 * The while is exponentially distributed, which keeps the number of refreshers small however many there
 * are: where it takes others `delay` to see a new token, about e^(delay ÷ jitter) refresh it in that time
 * (Vattani, Chierichetti, Lowenstein, "Optimal Probabilistic Cache Stampede Prevention", VLDB 2015).
 *
 * Chance takes no more than half of a token's life; nor do the rules themselves where a refresh has just brought it, lest one that
 * lives for a minute is refreshed at every use.
 *
 * @param uniform a random number from 0 to below 1, the same at each look at this version of the token
 * @param isGranted whether the access token is known to have been brought by a refresh. When any other was had is not stored: a log-in may
 *   have been saved late, and each save of something else makes it look younger
 */
export function refreshDueAt(
  token: Pick<StoredToken, "expiresAt" | "updatedAt">,
  { minValidityMs, jitterMs }: FreshnessRules,
  uniform: number,
  isGranted: boolean,
): number {
  if (token.expiresAt === undefined) return Infinity;
  const early = Math.min(minValidityMs - jitterMs * Math.log(1 - uniform), validMs(token) / 2);
  return token.expiresAt - (isGranted ? early : Math.max(minValidityMs, early));
}

/** How long the access token was valid when it was saved last, in milliseconds; 0 where somebody else's store does not tell when that was. */
export function validMs({ expiresAt = Infinity, updatedAt }: Pick<StoredToken, "expiresAt" | "updatedAt">): number {
  return Math.max(0, expiresAt - updatedAt) || 0;
}

/** Whether the token would be due again at once, were it not known that a refresh has just brought it. */
export function isShortLived(token: Pick<StoredToken, "expiresAt" | "updatedAt">, minValidityMs: number): boolean {
  return validMs(token) < 2 * minValidityMs;
}

/** A number from 0 to below 1 out of a text: FNV-1a, then murmur3's last step, so that texts alike give numbers that are not. */
export function uniformFrom(text: string): number {
  let hash = 0x811c9dc5;
  for (const character of text) hash = Math.imul(hash ^ character.codePointAt(0)!, 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}

/** Whether an API may still take the access token. `rejected` is one that it has refused. */
export function isAlive(token: StoredToken, rejected: string | undefined, now: number): boolean {
  return token.accessToken !== undefined && token.accessToken !== rejected && !isExpired(token, { now });
}

/**
 * Whether somebody else has refreshed the token since it was `seen`, so that it needs no refresh from here.
 *
 * One that was saved just now is taken even where it looks expired: the other's clock may be behind ours.
 */
export function isNews(
  token: StoredToken,
  { seen, rejected, now, minValidityMs }: { seen: StoredToken; rejected: string | undefined; now: number; minValidityMs: number },
): boolean {
  if (token.accessToken === undefined) return false;
  const expiresAt = token.expiresAt ?? Infinity;
  // Some providers give the same access token again, for longer. Also one that is refused: to ask once more brings no other.
  const isSame = token.accessToken === seen.accessToken;
  if (isSame ? expiresAt <= (seen.expiresAt ?? Infinity) : token.accessToken === rejected) return false;
  return expiresAt > now + minValidityMs || (Math.abs(now - token.updatedAt) <= MAX_CLOCK_SKEW_MS && expiresAt > token.updatedAt);
}
