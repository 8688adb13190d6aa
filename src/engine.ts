import type { Backend, Capabilities } from "./backend.ts";
import { ConflictError, OptionInvalidError, StoreClosedError, TokenInvalidError } from "./errors.ts";
import type { RecordCorruptError } from "./errors.ts";
import { TokenEvents } from "./events.ts";
import type { TokenEvent } from "./events.ts";
import { Finder, isDecisive, newestFirst } from "./finder.ts";
import type { Found } from "./finder.ts";
import { KeyedQueue } from "./keyed-queue.ts";
import { listRecords } from "./listing.ts";
import { identityOf, resolveLookup } from "./lookup.ts";
import type { LookupStep } from "./lookup.ts";
import { assertWorthSaving, isWorthSaving, meetsCondition, mergeChange, mergeToken, sameFields } from "./merge.ts";
import type { Change } from "./merge.ts";
import { assertIndexed, DEFAULT_PAGE_SIZE, parseListOptions, parseSaveOptions } from "./options.ts";
import type { ParsedOptions } from "./options.ts";
import { makeRecord } from "./record.ts";
import { retryCommit } from "./retry-commit.ts";
import { findTarget, targetOver } from "./save-target.ts";
import type { Target } from "./save-target.ts";
import type { KeyRegister } from "./sealing/key-register.ts";
import type { Key, Keyring } from "./sealing/keyring.ts";
import { recordKey } from "./sealing/places.ts";
import { Memo } from "./sealing/memo.ts";
import { whenDone } from "./sealing/primitives.ts";
import { nextTick } from "./tick.ts";
import { parseId, parseTokenInput } from "./token.ts";
import type { StoredToken, TokenFields, TokenInput, TokenPatch, TokenQuery } from "./token.ts";
import type { EdgeTokenStore, ListOptions, SaveOptions } from "./token-store.ts";

export interface EngineParts {
  readonly backend: Backend;
  /** The keys in force. Asked anew for each attempt: a browser's may go with its database. */
  readonly keyring: () => Keyring | Promise<Keyring>;
  /** Which keys wrote in the storage; only where the caller chooses them. */
  readonly register?: KeyRegister;
  /** Whether the current key seals the bodies of records. */
  readonly sealed: boolean;
  readonly options: ParsedOptions;
  /** Where changes are told; default to this store's own listeners only. */
  readonly events?: TokenEvents;
  /** Refuse saves with a `clientSecret`: a public client (RFC 6749 section 2.1) can't keep one. */
  readonly refuseClientSecret?: boolean;
}

/** Look up → load → merge → seal → commit, over any backend. */
export class Engine implements EdgeTokenStore {
  /** What the maintenance functions work on. @internal */
  readonly parts: EngineParts;
  readonly #backend: Backend;
  readonly #options: ParsedOptions;
  readonly #events: TokenEvents;
  // Commits compare versions anyway; queueing the saves of one token spares them the retries.
  readonly #saves = new KeyedQueue();
  readonly #memo: Memo | undefined;
  #lastFinder: Finder | undefined;
  #closing: Promise<void> | undefined;

  constructor(parts: EngineParts) {
    this.parts = parts;
    this.#backend = parts.backend;
    this.#options = parts.options;
    this.#events = parts.events ?? new TokenEvents();
    this.#memo = parts.options.memo > 0 ? new Memo(parts.options.memo) : undefined;
  }

  /** @internal */
  assertOpen(): void {
    if (this.#closing) throw new StoreClosedError("This store was closed. Create a new one.");
  }

  /** Forgets a token whose record maintenance has removed, and tells the listeners. @internal */
  noteDeleted({ record, token }: Found): void {
    this.#memo?.forget(record.key);
    this.#events.emit({ type: "deleted", id: token.id });
  }

  get capabilities(): Capabilities {
    return { ...this.#backend.capabilities, sealed: this.parts.sealed };
  }

  async findToken(query: TokenQuery): Promise<StoredToken | null> {
    const [token = null] = await this.#query(query, false);
    return token;
  }

  async findTokens(query: TokenQuery): Promise<StoredToken[]> {
    return this.#query(query, true);
  }

  async findTokenById(id: string): Promise<StoredToken | null> {
    return this.findToken({ id: parseId(id) });
  }

  async saveToken(token: TokenInput, options: SaveOptions = {}): Promise<StoredToken> {
    const given = parseTokenInput(token);
    const condition = parseSaveOptions(options);
    if (this.parts.refuseClientSecret && given.clientSecret != null) {
      throw new TokenInvalidError(
        "A browser can't keep a clientSecret: whoever has the page has it. Leave it out, or allow it with allowClientSecret.",
      );
    }
    this.assertOpen();
    const { clientId } = this.#options;
    const patch = given.clientId === undefined && clientId !== undefined ? { ...given, clientId } : given;
    // Matching by access token asks for a query without a client (rule 3), so a filled-in one stays out of it.
    const onlyAccess = given.userName == null && given.grantToken == null && given.refreshToken == null;
    const steps = resolveLookup(onlyAccess ? given : patch, this.#options);
    const queueKey = JSON.stringify(steps[0] ?? identityOf(mergeToken({}, patch)) ?? null);
    return this.#saves.run([queueKey], () =>
      retryCommit(() => this.#save({ given, patch }, steps, condition)).catch((error: unknown) => this.#refuse(error)),
    );
  }

  async deleteToken(id: string): Promise<void> {
    const wanted = parseId(id);
    this.assertOpen();
    // Gone before the next attempt, it was deleted all the same: by a command whose answer was lost, and that the client sent again, or by others.
    let seen = false;
    await this.#saves.run([JSON.stringify({ by: "id", id: wanted })], () =>
      retryCommit(async () => {
        const keyring = await this.#keyring();
        let deleted = false;
        // The oldest first: what a rotation left behind must not come back when the rest is gone.
        for (const key of keyring.keys.toReversed()) {
          const record = await this.#backend.read(await recordKey(key, wanted));
          if (record === undefined) continue;
          seen = true;
          // The record is not opened: one that is damaged must go too.
          if (!(await this.#backend.commit(record, undefined))) return undefined;
          this.#memo?.forget(record.key);
          deleted = true;
        }
        if (!deleted) await this.parts.register?.assertReadable(keyring);
        if (seen) this.#events.emit({ type: "deleted", id: wanted });
        return true;
      }),
    );
  }

  async getTokens(): Promise<StoredToken[]> {
    this.assertOpen();
    const found: Found[] = [];
    for await (const page of this.#list(DEFAULT_PAGE_SIZE)) found.push(...page);
    return found.sort(newestFirst).map(({ token }) => token);
  }

  async deleteTokens(): Promise<void> {
    this.assertOpen();
    // Waits for no save, but is waited for by close().
    await this.#saves.run(["clear"], async () => {
      await this.#backend.clear();
      this.#memo?.clear();
      this.#events.emit({ type: "cleared" });
    });
  }

  tokens(options: ListOptions = {}): AsyncIterable<StoredToken> {
    const { pageSize, onCorrupt } = parseListOptions(options);
    this.assertOpen();
    return { [Symbol.asyncIterator]: () => this.#tokensOf(this.#list(pageSize, onCorrupt)) };
  }

  subscribe(listener: (event: TokenEvent) => void): () => void {
    if (typeof listener !== "function") throw new OptionInvalidError("subscribe takes a function.");
    this.assertOpen();
    return this.#events.subscribe(listener);
  }

  close(): Promise<void> {
    // Listeners hear no more of saves that are under way; other tabs do.
    this.#events.silence();
    this.#closing ??= (async () => {
      await this.#saves.idle();
      this.#events.close();
      this.#memo?.clear();
      await this.#backend.close();
    })();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #query(query: TokenQuery, all: boolean): Promise<StoredToken[]> {
    const steps = resolveLookup(query, this.#options);
    assertIndexed(steps, this.#options);
    this.assertOpen();
    if (steps.length === 0) return [];
    const keyring = await this.#keyring();
    const found = await this.#finder(keyring).find(steps, all);
    // What is gone with a store that was closed meanwhile is not unknown.
    if (found.length === 0) this.assertOpen();
    // One token of a user is answered as it is found: to ask each time would cost a read more for what is asked for most.
    const isAnswer = (one: Found): boolean => steps[0]!.by === "user" || isDecisive(steps[0]!, one);
    if (all || !found.some(isAnswer)) await this.parts.register?.assertReadable(keyring);
    return found.map(({ token }) => token);
  }

  #keyring(): Keyring | Promise<Keyring> {
    return whenDone(this.parts.keyring(), (keyring) => this.#memo?.over(keyring) ?? keyring);
  }

  /** One for each keyring, which nearly always stays the same. */
  #finder(keyring: Keyring): Finder {
    if (this.#lastFinder?.keyring !== keyring) this.#lastFinder = new Finder(this.#backend, keyring, this.#options);
    return this.#lastFinder;
  }

  /** One attempt. Undefined: somebody was faster, try again. */
  async #save(change: Change, steps: readonly LookupStep[], condition: SaveOptions): Promise<StoredToken | undefined> {
    const { patch } = change;
    const keyring = await this.#keyring();
    const finder = this.#finder(keyring);
    const remembered = this.#backend.comparesBodies ? await finder.recall(steps) : undefined;
    if (remembered) {
      const fields = mergeChange(remembered.token, change);
      // Whatever ends without a commit is not decided by what is remembered.
      if (meetsCondition(remembered.token, condition) && isWorthSaving(fields) && !sameFields(remembered.token, fields)) {
        const saved = await this.#write(keyring, targetOver(remembered, isDecisive(steps[0]!, remembered)), remembered.token, fields);
        if (saved) return saved;
      }
    }
    const finding = findTarget(finder, patch, steps);
    this.#digestAhead(keyring.current, patch);
    const target = await finding;
    // Nothing of a session that is over lives on but its place: to save there is to begin anew.
    const stored = target?.matched && finder.isLive(target.matched) ? target.matched.token : undefined;
    if (!meetsCondition(stored, condition)) {
      throw new ConflictError("The stored token is another version than this save was made for, or gone. Read it again and decide anew.");
    }
    const fields = mergeChange(stored, change);
    assertWorthSaving(fields);
    if (target?.matched && stored && sameFields(stored, fields)) {
      if (!target.isDecided) await this.parts.register?.assertReadable(keyring);
      await this.#backend.completeIndex?.(target.matched.record);
      return stored;
    }
    return this.#write(keyring, target!, stored, fields);
  }

  /** Of what a save brings, this is what nearly always is new. Where a digest takes time, it is made while the storage is read, and remembered; if it fails, that is told where it is asked for. */
  #digestAhead(key: Key, { accessToken }: TokenPatch): void {
    if (!this.#memo || accessToken == null || !this.#options.lookups.has("access")) return;
    const digest = key.digest("access", [accessToken]);
    if (typeof digest !== "string") digest.catch(() => {});
  }

  /** What a save is refused for may be there, and written with a key that this store lacks. */
  async #refuse(error: unknown): Promise<never> {
    const isRefusal = error instanceof ConflictError || error instanceof TokenInvalidError;
    if (isRefusal) await this.parts.register?.assertReadable(await this.#keyring());
    throw error;
  }

  /** Seal → commit. @param stored what lives on of the token that is written over */
  async #write(keyring: Keyring, target: Target, stored: StoredToken | undefined, fields: TokenFields): Promise<StoredToken | undefined> {
    const { id, derived, matched, isDecided } = target;
    const now = this.#options.now();
    const version = (matched?.token.version ?? 0) + 1;
    const token: StoredToken = { id, ...fields, createdAt: stored?.createdAt ?? now, updatedAt: now, version };
    const content = { token, derived, tick: nextTick() };
    // What the key has sealed has an index that can be relied on.
    const sealed = this.parts.sealed && matched?.record.keyId === keyring.current.id ? matched : undefined;
    const next = await makeRecord(keyring.current, this.#options.lookups, content, sealed);
    this.#backend.assertFits?.(next);
    if (!isDecided || matched?.record.keyId !== next.keyId || this.#backend.lacksRegister) await this.parts.register?.enter(keyring);
    if (!(await this.#backend.commit(matched?.record, next))) {
      // Known to be outdated: the next attempt shall not begin with it.
      if (matched) this.#memo?.forget(matched.record.key);
      return undefined;
    }
    this.#memo?.note(next, content);
    this.#events.emit({ type: "saved", id, version });
    return { ...token };
  }

  async *#list(pageSize: number, onCorrupt?: (error: RecordCorruptError) => void): AsyncGenerator<Found[]> {
    // Not by the memo: a listing would push out of it what is asked for again and again.
    const keyring = await this.parts.keyring();
    const finder = this.#finder(keyring);
    const { backend, register } = this.parts;
    for await (const page of listRecords({ backend, keyring, register, finder, pageSize, onCorrupt })) {
      this.assertOpen();
      yield page.filter(finder.isLive);
    }
    this.assertOpen();
  }

  async *#tokensOf(pages: AsyncIterable<Found[]>): AsyncGenerator<StoredToken> {
    for await (const page of pages) {
      for (const { token } of page) {
        this.assertOpen();
        yield token;
      }
    }
  }
}
