import type { TokenGrant } from "../oauth/token-response.ts";
import type { StoredToken } from "../token.ts";

/**
 * Whether a token that somebody else saved while ours was refreshed stays as it is. Otherwise the grant
 * is saved over it.
 *
 * @param used the token that the grant was had for
 */
export function prevails(stored: StoredToken, used: StoredToken, grant: TokenGrant): boolean {
  // Another record under the same id: the user has logged out and in again.
  if (stored.createdAt !== used.createdAt) return true;
  // What an eventually consistent storage still shows.
  if (stored.version < used.version) return false;
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
