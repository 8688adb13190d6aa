import type { TokenGrant } from "../oauth/token-response.ts";
import type { StoredToken } from "../token.ts";

/**
 * Whether a token of a lower version is one that was stored before, and not that of a log-in within the same millisecond, which
 * begins to count from one again: no two log-ins have the same refresh token. A storage that shows the latest may show the former
 * where the slower of two saves went over the later one.
 *
 * @param known what is known to have been stored before
 */
export function isOlderSight(stored: StoredToken, known: readonly Pick<StoredToken, "refreshToken">[], isEventual: boolean): boolean {
  return isEventual || known.some(({ refreshToken }) => refreshToken === stored.refreshToken);
}

/**
 * Whether a token that somebody else saved while ours was refreshed stays as it is. Otherwise the grant
 * is saved over it.
 *
 * @param used the token that the grant was had for
 * @param isEventual whether the storage may show what was before
 */
export function prevails(stored: StoredToken, used: StoredToken, grant: TokenGrant, isEventual: boolean): boolean {
  // Another record under the same id: the user has logged out and in again.
  if (stored.createdAt !== used.createdAt) return true;
  if (stored.version < used.version) return !isOlderSight(stored, [used], isEventual);
  // Our own save, whose acknowledgement was lost.
  if (stored.accessToken === grant.accessToken) return false;
  // A later log-in, or a refresh that was ahead of ours.
  if (stored.refreshToken !== used.refreshToken) return true;
  // The stored refresh token is the one that we spent: the one that replaces it must not be lost.
  if (grant.refreshToken !== undefined && grant.refreshToken !== used.refreshToken) return false;
  // Something else was changed, a scope or a name.
  if (stored.accessToken === used.accessToken) return false;
  return (stored.expiresAt ?? Infinity) >= (grant.expiresAt ?? Infinity);
}
