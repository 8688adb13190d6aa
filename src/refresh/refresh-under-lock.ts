import { ReauthenticationRequiredError, RefreshFailedError } from "../errors.ts";
import type { TokenStoreError } from "../errors.ts";
import type { Events } from "../events.ts";
import { isLockTimeout } from "../locks/waiting.ts";
import type { TokenGrant } from "../oauth/token-response.ts";
import type { StoredToken } from "../token.ts";
import { askProvider } from "./ask-provider.ts";
import { isEventual } from "./eventual.ts";
import type { GrantKeeper } from "./grant-keeper.ts";
import { isAlive, isNews } from "./freshness.ts";
import type { ParsedRefresherOptions } from "./options.ts";
import type { RecentTokens } from "./recent-tokens.ts";
import type { RefreshEvent } from "./refresh-event.ts";
import type { RefreshNotes } from "./refresh-notes.ts";
import { requestLock } from "./request-lock.ts";
import { mayHandOutStale } from "./stale-sight.ts";

/** How often others may change the token under a holder of the lock before it gives up. */
const MAX_ROUNDS = 3;

/** What a refresh was asked for: the token as the caller saw it, and the access token that an API has refused. */
export interface Wanted {
  readonly seen: StoredToken;
  readonly rejected: string | undefined;
}

/** Lock → read again → adopt, or ask the provider → save → answer. */
export class RefreshUnderLock {
  readonly #options: ParsedRefresherOptions;
  readonly #recent: RecentTokens;
  readonly #events: Events<RefreshEvent>;
  readonly #keeper: GrantKeeper;
  readonly #notesOf: (id: string) => Promise<RefreshNotes>;

  constructor(
    options: ParsedRefresherOptions,
    recent: RecentTokens,
    keeper: GrantKeeper,
    notesOf: (id: string) => Promise<RefreshNotes>,
    events: Events<RefreshEvent>,
  ) {
    this.#options = options;
    this.#recent = recent;
    this.#events = events;
    this.#keeper = keeper;
    this.#notesOf = notesOf;
  }

  /** @param abandoned ends the waiting for the lock, nothing that is under way */
  async refresh(wanted: Wanted, abandoned: AbortSignal): Promise<StoredToken> {
    const { seen, rejected } = wanted;
    try {
      return await this.#refresh(wanted, abandoned);
    } catch (error) {
      // Refreshing began early: while the old token lasts, a passing failure is none of the caller's.
      const isFinal = abandoned.aborted || (error as Partial<TokenStoreError> | undefined)?.code === "ERR_REAUTHENTICATION_REQUIRED";
      if (!isFinal && isAlive(seen, rejected, this.#options.now())) return seen;
      throw error;
    }
  }

  async #refresh(wanted: Wanted, abandoned: AbortSignal): Promise<StoredToken> {
    const { lock, lockTimeoutMs: timeoutMs, now, waitUntil } = this.#options;
    const { id } = wanted.seen;
    const notes = await this.#notesOf(id);
    // Not worth a place in the queue, and those who wait in it are not kept waiting.
    const coolDown = await notes.coolDown(wanted.seen);
    if (coolDown) throw coolDown;
    return new Promise<StoredToken>((resolve, reject) => {
      const callback = (): Promise<void> => this.#held(wanted, notes, resolve).catch(reject);
      const held = requestLock(lock, notes.lockName, { timeoutMs, signal: abandoned, now }, callback);
      const over = held.catch(async (error: unknown) => {
        if (!isLockTimeout(error)) throw error;
        // Whoever has it may have done what we wanted it for.
        const token = await this.#read(id);
        if (!this.#isNews(token, wanted)) throw error;
        resolve(token);
      });
      waitUntil(over.catch(reject));
    });
  }

  async #held(wanted: Wanted, notes: RefreshNotes, answer: (token: StoredToken) => void): Promise<void> {
    const { store, now } = this.#options;
    const { seen, rejected } = wanted;
    const { id } = seen;
    for (let round = 0; round < MAX_ROUNDS; round++) {
      const token = await this.#read(id);
      if (this.#isNews(token, wanted)) return answer(token);
      if (await notes.isLoggedOut(token)) {
        throw new ReauthenticationRequiredError("The user has logged out: let them log in again.");
      }
      const coolDown = await notes.coolDown(token);
      if (coolDown) throw coolDown;
      if (isEventual(store) && (await mayHandOutStale(notes, token, isAlive(token, rejected, now())))) return answer(token);
      const grant = await this.#ask(token, notes);
      if (!grant) continue;
      const kept = await this.#keeper.keep(token, grant, notes);
      if (!kept) continue;
      answer(kept.token);
      return kept.isStored ? notes.succeeded() : this.#keeper.saveWhileHeld(id);
    }
    throw new RefreshFailedError("Others kept changing the token while it was being refreshed. Try again.");
  }

  /** Undefined where it failed with a token that is not the stored one any more. */
  async #ask(token: StoredToken, notes: RefreshNotes): Promise<TokenGrant | undefined> {
    const { refresh, refreshTimeoutMs: timeoutMs, now, random, waitUntil } = this.#options;
    const { id } = token;
    const late = (grant: TokenGrant): void => waitUntil(this.#keeper.keepLate(token, grant, notes));
    try {
      if (token.refreshToken === undefined) {
        throw new ReauthenticationRequiredError("The access token expires, and there is no refresh token: let the user log in again.");
      }
      return await askProvider(refresh, token, { timeoutMs, now, late });
    } catch (thrown) {
      const error = thrown as TokenStoreError;
      const isRefused = error.code === "ERR_REAUTHENTICATION_REQUIRED";
      // Somebody without the lock may have spent the refresh token and saved the next, above all where this tab was frozen meanwhile.
      const again = await this.#read(id).catch((failure: unknown) => {
        if (isRefused) throw failure;
        return token;
      });
      if (again.refreshToken !== token.refreshToken || again.accessToken !== token.accessToken) return undefined;
      await notes.failed(token, error, random());
      this.#events.emit(isRefused ? { type: "reauthenticationRequired", id } : { type: "refreshFailed", id, code: error.code });
      throw error;
    }
  }

  async #read(id: string): Promise<StoredToken> {
    const token = this.#recent.newest(id, await this.#options.store.findTokenById(id));
    if (!token) {
      throw new ReauthenticationRequiredError("The token was deleted: let the user log in again.");
    }
    return token;
  }

  #isNews(token: StoredToken, { seen, rejected }: Wanted): boolean {
    const { now, minValiditySeconds } = this.#options;
    return isNews(token, { seen, rejected, now: now(), minValidityMs: minValiditySeconds * 1000 });
  }
}
