import { pause } from "../abortable.ts";
import type { TokenStoreError, TokenStoreErrorCode } from "../errors.ts";
import type { Events } from "../events.ts";
import { KeyedQueue } from "../keyed-queue.ts";
import type { TokenGrant } from "../oauth/token-response.ts";
import type { StoredToken } from "../token.ts";
import { isEventual } from "./eventual.ts";
import { isShortLived, validMs } from "./freshness.ts";
import { inTime } from "./in-time.ts";
import type { ParsedRefresherOptions } from "./options.ts";
import type { RecentTokens, Unsaved } from "./recent-tokens.ts";
import type { RefreshEvent } from "./refresh-event.ts";
import type { RefreshNotes } from "./refresh-notes.ts";
import { saveGrant } from "./save-grant.ts";

/** Pauses between the tries of a save that fails, in milliseconds, doubling from the first; about 50 seconds in all. */
const FIRST_SAVE_PAUSE_MS = 200;
const SAVE_TRIES = 8;
/** How long a save is waited for before it counts as failed, in milliseconds: the caller has a token that is good meanwhile. */
const SAVE_TIMEOUT_MS = 10_000;
/** How long the lock is kept while a save is tried again, in milliseconds: others would refresh with the token that is spent. */
const SAVE_HOLD_MS = 10_000;

/** Sees to it that what a refresh brought is stored, also where the store fails for a while. */
export class GrantKeeper {
  readonly #options: ParsedRefresherOptions;
  readonly #recent: RecentTokens;
  readonly #notesOf: (id: string) => Promise<RefreshNotes>;
  readonly #events: Events<RefreshEvent>;
  /** One save of a token at a time: the next one builds on what became of it. */
  readonly #saves = new KeyedQueue();
  /** The saves that are being tried again, by the id of the token. */
  readonly #saving = new Map<string, Promise<void>>();

  constructor(
    options: ParsedRefresherOptions,
    recent: RecentTokens,
    notesOf: (id: string) => Promise<RefreshNotes>,
    events: Events<RefreshEvent>,
  ) {
    this.#options = options;
    this.#recent = recent;
    this.#notesOf = notesOf;
    this.#events = events;
  }

  /**
   * Stores the grant, or where the store fails keeps it to be stored later. Undefined where the token was
   * deleted meanwhile, or a newer one is stored.
   */
  async keep(token: StoredToken, grant: TokenGrant, notes: RefreshNotes): Promise<{ token: StoredToken; isStored: boolean } | undefined> {
    const { id } = token;
    return this.#saves.run([id], async () => {
      const before = this.#recent.unsavedOf(id);
      const unsaved = before ? { used: before.used, grant: laterGrant(before.grant, grant) } : { used: token, grant };
      try {
        const saved = await this.#save(unsaved, notes);
        if (saved) this.#events.emit({ type: "refreshed", id });
        return saved && { token: saved, isStored: true };
      } catch (error) {
        this.#events.emit({ type: "refreshed", id });
        this.#events.emit({ type: "saveFailed", id, code: codeOf(error) });
        return { token: this.#recent.unsaved(unsaved), isStored: false };
      }
    });
  }

  /** For a grant that came when nobody waited for it any more. Never rejects. */
  async keepLate(token: StoredToken, grant: TokenGrant, notes: RefreshNotes): Promise<void> {
    const kept = await this.keep(token, grant, notes);
    if (kept?.isStored === false) await this.#saveUntilItWorks(token.id);
  }

  /** Tries again for as long as others should be kept from refreshing; after that it goes on, but no longer holds them up. */
  async saveWhileHeld(id: string): Promise<void> {
    const over = new AbortController();
    const saving = this.#saveUntilItWorks(id).finally(() => over.abort());
    this.#options.waitUntil(saving);
    await pause(SAVE_HOLD_MS, over.signal).catch(() => {});
  }

  /** Sees to it that a grant that could not be stored is being tried again. */
  saveAgain(id: string): void {
    if (this.#recent.unsavedOf(id)) this.#options.waitUntil(this.#saveUntilItWorks(id));
  }

  async #save({ used, grant }: Unsaved, notes: RefreshNotes): Promise<StoredToken | undefined> {
    const { store, minValiditySeconds } = this.#options;
    // One that comes to its end later is met by the next try.
    const saved = await inTime(saveGrant(store, used, grant), SAVE_TIMEOUT_MS);
    // On a storage that can't compare, the save may have come after a deletion that it should have seen.
    const isGone = saved?.createdAt === used.createdAt && (await notes.isLoggedOut(used));
    if (isGone) await store.deleteToken(used.id);
    if (!saved || isGone) {
      this.#recent.forget(used.id);
      return undefined;
    }
    this.#recent.saved(saved, used);
    if (isShortLived(saved, minValiditySeconds * 1000)) await notes.granted(saved, validMs(saved));
    if (isEventual(store)) await notes.saved(saved, grant.refreshToken !== undefined && grant.refreshToken !== used.refreshToken);
    return saved;
  }

  /** Ends as the tries do that are under way already, if any: they take the latest grant along. Never rejects. */
  #saveUntilItWorks(id: string): Promise<void> {
    const saving = this.#saving.get(id) ?? this.#trySaves(id).finally(() => this.#saving.delete(id));
    this.#saving.set(id, saving);
    return saving;
  }

  async #trySaves(id: string): Promise<void> {
    const notes = await this.#notesOf(id);
    for (let attempt = 0; attempt < SAVE_TRIES && this.#recent.unsavedOf(id); attempt++) {
      await pause(FIRST_SAVE_PAUSE_MS * 2 ** attempt * (0.5 + this.#options.random() / 2));
      await this.#saves.run([id], async () => {
        const unsaved = this.#recent.unsavedOf(id);
        if (!unsaved) return;
        await this.#save(unsaved, notes).catch((error: unknown) => {
          const code = codeOf(error);
          this.#events.emit({ type: "saveFailed", id, code });
          // It stays closed, and its process should be able to end.
          if (code === "ERR_STORE_CLOSED") this.#recent.forget(id);
        });
      });
    }
  }
}

/** Both were had one after the other: what the later one does not name is still that of the earlier one, but for the expiry. */
function laterGrant(earlier: TokenGrant, later: TokenGrant): TokenGrant {
  const { expiresAt: _old, ...kept } = earlier;
  return { ...kept, ...later };
}

function codeOf(error: unknown): TokenStoreErrorCode {
  return (error as Partial<TokenStoreError> | undefined)?.code ?? "ERR_STORE_UNAVAILABLE";
}
