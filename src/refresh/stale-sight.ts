import { RefreshFailedError } from "../errors.ts";
import type { StoredToken } from "../token.ts";
import type { RefreshNotes } from "./refresh-notes.ts";

/**
 * Whether to make do with a token that somebody else has refreshed already: a lock alone does not help where
 * the storage shows its next holder the old token for a minute. Refreshing begins early, so that is still good.
 *
 * @throws {RefreshFailedError} where it is not, and its refresh token is spent: providers that rotate them may
 *   revoke all when they see one twice (RFC 9700 section 4.14.2)
 */
export async function mayHandOutStale(notes: RefreshNotes, token: StoredToken, isAlive: boolean): Promise<boolean> {
  const newer = await notes.newerThan(token);
  if (newer?.isRotated && !isAlive) {
    throw new RefreshFailedError(
      "The token was refreshed elsewhere, and the storage does not show the new one here yet. Try again shortly.",
    );
  }
  return newer !== undefined && isAlive;
}
