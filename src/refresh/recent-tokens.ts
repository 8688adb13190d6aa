import { ExpiringMap } from "../expiring-map.ts";
import type { TokenGrant } from "../oauth/token-response.ts";
import type { StoredToken } from "../token.ts";
import { prevails } from "./conflict.ts";

/** How long an eventually consistent storage may go on showing the state before, with room to spare, in milliseconds. */
const SAVED_KEPT_MS = 3 * 60_000;
/** How long one that could not be stored is kept, in milliseconds: its refresh token may be the only good one. */
const UNSAVED_KEPT_MS = 24 * 60 * 60_000;

/** A grant that could not be stored yet, and the stored token that it is to be saved over. */
export interface Unsaved {
  readonly used: StoredToken;
  readonly grant: TokenGrant;
}

interface Recent {
  /** As it is stored, or would be. */
  readonly token: StoredToken;
  readonly unsaved?: Unsaved;
}

/**
 * The tokens that were refreshed here lately. An eventually consistent storage still shows the old one for
 * a while, and one that failed to store the new one has nothing else to show: without this, each use
 * meanwhile would refresh again, and with a refresh token that is spent.
 */
export class RecentTokens {
  readonly #recent = new ExpiringMap<Recent>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  saved(token: StoredToken): void {
    this.#keep({ token }, SAVED_KEPT_MS);
  }

  /** Gives back the token as it will be once it is stored. */
  unsaved(unsaved: Unsaved): StoredToken {
    const token = { ...withGrant(unsaved.used, unsaved.grant), updatedAt: this.#now() };
    this.#keep({ token, unsaved }, UNSAVED_KEPT_MS);
    return { ...token };
  }

  unsavedOf(id: string): Unsaved | undefined {
    return this.#recent.get(id, this.#now())?.unsaved;
  }

  forget(id: string): void {
    this.#recent.delete(id);
  }

  /** The newer of what was read and what is known. What was deleted, or replaced by another log-in, is not known any more. */
  newest(id: string, stored: StoredToken | null | undefined): StoredToken | undefined {
    const recent = this.#recent.get(id, this.#now());
    if (!recent) return stored ?? undefined;
    const { token, unsaved } = recent;
    if (stored) {
      if (unsaved && !prevails(stored, unsaved.used, unsaved.grant)) {
        // Something else may have been changed in it meanwhile.
        return { ...withGrant(stored, unsaved.grant), updatedAt: token.updatedAt };
      }
      if (!unsaved && stored.createdAt === token.createdAt && stored.version < token.version) return { ...token };
    }
    this.#recent.delete(id);
    return stored ?? undefined;
  }

  #keep(recent: Recent, forMs: number): void {
    const now = this.#now();
    this.#recent.set(recent.token.id, recent, { until: now + forMs, now });
  }
}

function withGrant(token: StoredToken, grant: TokenGrant): StoredToken {
  const { expiresAt: _old, ...kept } = token;
  return { ...kept, ...grant, version: token.version + 1 };
}
