import { TokenInvalidError } from "./errors.ts";
import { STRING_FIELDS } from "./token.ts";
import type { StoredToken, TokenFields, TokenPatch } from "./token.ts";
import type { SaveOptions } from "./token-store.ts";

/**
 * What is stored after a save: `undefined` keeps, `null` clears, a value replaces. So a refresh response
 * without a refresh token keeps the stored one (RFC 6749 section 6), and a new access token that comes
 * without an expiry does not inherit the old token's.
 */
export function mergeToken(stored: TokenFields, patch: TokenPatch): TokenFields {
  const merged: TokenFields = {};
  for (const field of STRING_FIELDS) {
    const value = patch[field] === undefined ? stored[field] : patch[field];
    if (value != null) merged[field] = value;
  }
  const inherited = merged.accessToken === stored.accessToken ? stored.expiresAt : undefined;
  const expiresAt = patch.expiresAt === undefined ? inherited : patch.expiresAt;
  if (expiresAt != null) merged.expiresAt = expiresAt;
  return merged;
}

/** What a save brings: as it was given, and with the store's own client where it names none. */
export interface Change {
  readonly given: TokenPatch;
  readonly patch: TokenPatch;
}

/** The store's own client is for tokens that have none: one of another, saved by its id, stays that client's. */
export function mergeChange(stored: TokenFields | undefined, { given, patch }: Change): TokenFields {
  return mergeToken(stored ?? {}, stored?.clientId === undefined ? patch : given);
}

/** Whether a save would change nothing. */
export function sameFields(left: TokenFields, right: TokenFields): boolean {
  return left.expiresAt === right.expiresAt && STRING_FIELDS.every((field) => left[field] === right[field]);
}

/** Whether the stored token, or none, is what the save was made for. */
export function meetsCondition(stored: StoredToken | undefined, { ifVersion, ifCreatedAt, ifRefreshToken }: SaveOptions): boolean {
  if (ifVersion !== undefined && ifVersion !== (stored?.version ?? 0)) return false;
  if (ifRefreshToken !== undefined && ifRefreshToken !== (stored?.refreshToken ?? null)) return false;
  return ifCreatedAt === undefined || ifCreatedAt === stored?.createdAt;
}

/** Whether there is a token in it at all. */
export function isWorthSaving({ grantToken, refreshToken, accessToken }: TokenFields): boolean {
  return grantToken !== undefined || refreshToken !== undefined || accessToken !== undefined;
}

/** @throws {TokenInvalidError} unless {@link isWorthSaving} */
export function assertWorthSaving(fields: TokenFields): void {
  if (isWorthSaving(fields)) return;
  throw new TokenInvalidError("Nothing to save: a token needs a grantToken, refreshToken or accessToken.");
}
