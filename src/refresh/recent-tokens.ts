import { ExpiringMap } from "../expiring-map.ts";
import type { TokenGrant } from "../oauth/token-response.ts";
import type { StoredToken } from "../token.ts";
import type { TokenStore } from "../token-store.ts";
import { isOlderSight, prevails } from "./conflict.ts";
import { isEventual } from "./eventual.ts";

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
  /** The one that it was refreshed from. */
  readonly used: StoredToken;
  /** What could not be stored yet. */
  readonly unsaved?: TokenGrant;
}

/**
 * The tokens that were refreshed here lately. An eventually consistent storage still shows the old one for
 * a while, and one that failed to store the new one has nothing else to show: without this, each use
 * meanwhile would refresh again, and with a refresh token that is spent.
 */
export class RecentTokens {
  readonly #recent = new ExpiringMap<Recent>();
  /** Which access tokens a refresh has brought, by the ids of their tokens, until they expire. */
  readonly #granted = new ExpiringMap<string>();
  readonly #store: TokenStore;
  readonly #now: () => number;

  constructor(store: TokenStore, now: () => number) {
    this.#store = store;
    this.#now = now;
  }

  saved(token: StoredToken, used: StoredToken): void {
    this.#keep({ token, used }, SAVED_KEPT_MS);
  }

  /** By whomever it was refreshed. */
  granted({ id, accessToken, expiresAt }: StoredToken): void {
    if (accessToken !== undefined && expiresAt !== undefined) this.#granted.set(id, accessToken, { until: expiresAt, now: this.#now() });
  }

  /** Whether a refresh is known to have brought the access token, so that `updatedAt` tells when its life began. */
  isGranted({ id, accessToken }: StoredToken): boolean {
    return accessToken !== undefined && this.#granted.get(id, this.#now()) === accessToken;
  }

  /** Gives back the token as it will be once it is stored. */
  unsaved({ used, grant }: Unsaved): StoredToken {
    const token = { ...withGrant(used, grant), updatedAt: this.#now() };
    this.#keep({ token, used, unsaved: grant }, UNSAVED_KEPT_MS);
    return { ...token };
  }

  unsavedOf(id: string): Unsaved | undefined {
    const { used, unsaved: grant } = this.#recent.get(id, this.#now()) ?? {};
    return used && grant && { used, grant };
  }

  forget(id: string): void {
    this.#recent.delete(id);
  }

  /** The newer of what was read and what is known. What was deleted, or replaced by another log-in, is not known any more. */
  newest(id: string, stored: StoredToken | null | undefined): StoredToken | undefined {
    const recent = this.#recent.get(id, this.#now());
    if (!recent) return stored ?? undefined;
    const { token, used, unsaved } = recent;
    if (stored) {
      const eventual = isEventual(this.#store);
      if (unsaved && !prevails(stored, used, unsaved, eventual)) {
        // Something else may have been changed in it meanwhile.
        return { ...withGrant(stored, unsaved), updatedAt: token.updatedAt };
      }
      const isBefore = stored.createdAt === token.createdAt && stored.version < token.version;
      if (!unsaved && isBefore && isOlderSight(stored, [token, used], eventual)) return { ...token };
    }
    this.#recent.delete(id);
    return stored ?? undefined;
  }

  #keep(recent: Recent, forMs: number): void {
    const now = this.#now();
    this.granted(recent.token);
    this.#recent.set(recent.token.id, recent, { until: now + forMs, now });
  }
}

function withGrant(token: StoredToken, grant: TokenGrant): StoredToken {
  const { expiresAt: _old, ...kept } = token;
  return { ...kept, ...grant, version: token.version + 1 };
}
