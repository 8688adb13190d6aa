import type { TokenStoreError } from "../errors.ts";
import type { TokenGrant } from "../oauth/token-response.ts";
import type { StoredToken } from "../token.ts";
import type { TokenStore } from "../token-store.ts";
import { prevails } from "./conflict.ts";
import { isEventual } from "./eventual.ts";

/** How often somebody else's changes are read before a save gives way to them. */
const MAX_CONFLICTS = 5;

/**
 * Saves what a refresh brought over the token that it was had for, and over no newer one: the token's
 * version is the fence for a holder whose lock ran out.
 *
 * @returns undefined where the token was deleted meanwhile, or replaced by one that is newer
 */
export async function saveGrant(store: TokenStore, used: StoredToken, grant: TokenGrant): Promise<StoredToken | undefined> {
  // Null, not undefined: a provider may give the same access token again, and its old expiry is not the new one's.
  const fields = { ...grant, id: used.id, expiresAt: grant.expiresAt ?? null };
  let over = used;
  for (let conflicts = 0; conflicts < MAX_CONFLICTS; conflicts++) {
    try {
      const { version: ifVersion, createdAt: ifCreatedAt, refreshToken: ifRefreshToken = null } = over;
      return await store.saveToken(fields, { ifVersion, ifCreatedAt, ifRefreshToken });
    } catch (error) {
      if ((error as Partial<TokenStoreError> | undefined)?.code !== "ERR_CONFLICT") throw error;
    }
    const stored = await store.findTokenById(used.id);
    if (!stored || prevails(stored, used, grant, isEventual(store))) return undefined;
    over = stored;
  }
  return undefined;
}
