import { abortable } from "../abortable.ts";
import { OptionInvalidError, ReauthenticationRequiredError } from "../errors.ts";
import { Events } from "../events.ts";
import { lockName } from "../locks/lock-name.ts";
import { MemoryNotes } from "../locks/memory-notes.ts";
import { assertOption, assertSignal, refuseUnknown } from "../options.ts";
import type { StoredToken, TokenQuery } from "../token.ts";
import { authorizedFetch } from "./authorized-fetch.ts";
import type { AuthorizedFetchParts } from "./authorized-fetch.ts";
import { Flights } from "./flights.ts";
import { refreshDueAt, uniformFrom } from "./freshness.ts";
import { GrantKeeper } from "./grant-keeper.ts";
import { parseRefresherOptions } from "./options.ts";
import type { ParsedRefresherOptions, TokenRefresherOptions } from "./options.ts";
import { RecentTokens } from "./recent-tokens.ts";
import type { RefreshEvent } from "./refresh-event.ts";
import { RefreshNotes } from "./refresh-notes.ts";
import { RefreshUnderLock } from "./refresh-under-lock.ts";

/** How to ask for an access token. */
export interface AccessTokenOptions {
  /** The API refuses the stored access token although it has not expired: get another one; default false. */
  forceRefresh?: boolean;
  /** Ends the waiting, never a refresh that is under way. */
  signal?: AbortSignal;
}

/**
 * Access tokens that are always fresh, with one refresh however many ask.
 *
 * All methods reject with `ERR_REAUTHENTICATION_REQUIRED` where only a log-in helps: no token is stored or
 * it was deleted, it has no refresh token, or the provider refuses that. Nothing is ever deleted for it.
 * Where the provider fails or is being left alone after a failure, the old access token is handed out
 * while it lasts; then they reject with `ERR_REFRESH_FAILED` or `ERR_REFRESH_RATE_LIMITED`, and with
 * `ERR_LOCK_TIMEOUT` where whoever should refresh neither does nor gives way. The store's own errors pass.
 */
export interface TokenRefresher {
  /** The access token that the query finds, by the rules of `resolveLookup`, refreshed where it has to be. */
  getAccessToken(query: TokenQuery, options?: AccessTokenOptions): Promise<string>;
  /**
   * `fetch` with the access token in the header `Authorization`; after a 401 once more with a new token. Where that is
   * refused too, the log-in's further 401s are handed on as they are for five minutes: providers limit refreshes, and it
   * is something else that is missing, such as a scope. It follows redirects, to other origins without the token.
   *
   * @throws {OptionInvalidError} where the URL's origin is none that the token may be sent to; nothing was sent
   */
  fetch(query: TokenQuery, input: string | URL | Request, init?: RequestInit): Promise<Response>;
  /**
   * Deletes the token that the query finds, and tells all who share the lock, so that no refresh under way
   * brings it back: on Cloudflare KV that takes more than the store's own `deleteToken`. Resolves where there
   * is no token too.
   */
  logOut(query: TokenQuery): Promise<void>;
  /** Calls the listener after each refresh made or tried here. Returns the function that ends it. */
  subscribe(listener: (event: RefreshEvent) => void): () => void;
}

/** @throws {OptionInvalidError} on an unknown option or one of the wrong type */
export function createTokenRefresher(options: TokenRefresherOptions): TokenRefresher {
  return new Refresher(parseRefresherOptions(options));
}

class Refresher implements TokenRefresher {
  readonly #options: ParsedRefresherOptions;
  readonly #recent: RecentTokens;
  readonly #events = new Events<RefreshEvent>();
  readonly #flights = new Flights<StoredToken>();
  readonly #notesOf: (id: string) => Promise<RefreshNotes>;
  readonly #keeper: GrantKeeper;
  readonly #underLock: RefreshUnderLock;
  /** Makes this refresher's jitter its own. */
  readonly #seed: number;

  constructor(options: ParsedRefresherOptions) {
    this.#options = options;
    this.#recent = new RecentTokens(options.store, options.now);
    const notes = options.lock.notes ?? new MemoryNotes();
    this.#notesOf = async (id) => new RefreshNotes(notes, await lockName(options.namespace, id), options);
    this.#keeper = new GrantKeeper(options, this.#recent, this.#notesOf, this.#events);
    this.#underLock = new RefreshUnderLock(options, this.#recent, this.#keeper, this.#notesOf, this.#events);
    this.#seed = options.random();
  }

  async getAccessToken(query: TokenQuery, options: AccessTokenOptions = {}): Promise<string> {
    refuseUnknown(options, ["forceRefresh", "signal"]);
    const { forceRefresh = false, signal } = options as AccessTokenOptions;
    assertOption(typeof forceRefresh === "boolean", "forceRefresh", "true or false");
    assertSignal(signal);
    const found = await this.#find(query, signal);
    const token = await this.#freshen(found, forceRefresh ? found.accessToken : undefined, signal);
    return token.accessToken!;
  }

  async fetch(query: TokenQuery, input: string | URL | Request, init?: RequestInit): Promise<Response> {
    const { scheme, origins } = this.#options;
    const find: AuthorizedFetchParts["find"] = (sought, signal) => this.#find(sought, signal);
    const freshen: AuthorizedFetchParts["freshen"] = (token, rejected, signal) => this.#freshen(token, rejected, signal);
    return authorizedFetch({ scheme, origins, find, freshen, notesOf: this.#notesOf }, query, input, init);
  }

  async logOut(query: TokenQuery): Promise<void> {
    const { store } = this.#options;
    const token = await store.findToken(query);
    if (!token) return;
    const { id } = token;
    const newest = this.#recent.newest(id, token) ?? token;
    this.#recent.forget(id);
    // In this order: a refresh that saves meanwhile finds the note, or its token is deleted here.
    const notes = await this.#notesOf(id);
    await notes.loggedOut(newest);
    await store.deleteToken(id);
  }

  subscribe(listener: (event: RefreshEvent) => void): () => void {
    if (typeof listener !== "function") throw new OptionInvalidError("subscribe takes a function.");
    return this.#events.subscribe(listener);
  }

  async #find(query: TokenQuery, signal: AbortSignal | undefined): Promise<StoredToken> {
    signal?.throwIfAborted();
    const stored = await abortable(this.#options.store.findToken(query), signal);
    const token = stored ? this.#recent.newest(stored.id, stored) : undefined;
    if (!token) throw new ReauthenticationRequiredError("No token is stored for this query: let the user log in.");
    this.#keeper.saveAgain(token.id);
    return token;
  }

  async #freshen(token: StoredToken, rejected: string | undefined, signal: AbortSignal | undefined): Promise<StoredToken> {
    if (!(await this.#isDue(token, rejected))) return token;
    const start = (abandoned: AbortSignal): Promise<StoredToken> => this.#underLock.refresh({ seen: token, rejected }, abandoned);
    // One that had begun for another reason may bring the very token that is refused by now.
    return { ...(await this.#flights.join(JSON.stringify([token.id, rejected]), start, signal)) };
  }

  async #isDue(token: StoredToken, rejected: string | undefined): Promise<boolean> {
    if (token.accessToken === undefined || token.accessToken === rejected) return true;
    const { now, minValiditySeconds, jitterSeconds } = this.#options;
    // One that can't be refreshed is good to its end: there is nobody to take turns with.
    const jitterMs = token.refreshToken === undefined ? 0 : jitterSeconds * 1000;
    const rules = { minValidityMs: minValiditySeconds * 1000, jitterMs };
    const uniform = uniformFrom(`${this.#seed}:${token.id}:${token.version}`);
    if (refreshDueAt(token, rules, uniform, false) > now()) return false;
    return refreshDueAt(token, rules, uniform, true) <= now() || !(await this.#isGranted(token));
  }

  /** Asked only of a token that is valid for a short time alone: whoever has refreshed it has told. */
  async #isGranted(token: StoredToken): Promise<boolean> {
    if (this.#recent.isGranted(token)) return true;
    const notes = await this.#notesOf(token.id);
    const isGranted = await notes.isGranted(token);
    if (isGranted) this.#recent.granted(token);
    return isGranted;
  }
}
