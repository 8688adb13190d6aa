import type { TokenStoreError, TokenStoreErrorCode } from "../errors.ts";
import type { LockNotes } from "../locks/lock.ts";
import { shortDigest } from "../locks/short-digest.ts";
import type { StoredToken } from "../token.ts";
import type { TokenStore } from "../token-store.ts";
import { coolDownError, coolDownMs } from "./cool-down.ts";
import { isEventual } from "./eventual.ts";
import { inTime } from "./in-time.ts";

/** After so long without another one, failures count from one again, in milliseconds. */
const FAILURES_KEPT_MS = 60 * 60_000;
/** How long an eventually consistent storage may show the token before, with room to spare, in milliseconds. */
const SAVED_KEPT_MS = 3 * 60_000;
/** How long 401s of a token are taken for the API's last word, after one that a new token got too, in milliseconds. */
const UNHELPFUL_KEPT_MS = 5 * 60_000;
/** Longer than a refresh can be under way, and than an eventually consistent storage shows what was deleted, in milliseconds. */
const LOG_OUT_KEPT_MS = 10 * 60_000;
/** How long a note is waited for, in milliseconds. */
const NOTE_TIMEOUT_MS = 5_000;

interface CoolDown {
  code: TokenStoreErrorCode;
  /** The state of the token that the failure belongs to: once another one is saved, the pause is void. */
  of: string;
  until: number;
}

interface Failures {
  count: number;
  /** The log-in whose refreshes have failed. */
  of: string;
}

interface Saved {
  createdAt: number;
  version: number;
  /** Whether the refresh token before is spent. */
  isRotated: boolean;
}

interface LogOut {
  createdAt: number;
  version: number;
  of: string;
}

/**
 * What those who share the lock of one token tell each other beside the token itself. That a cool-down's
 * note is there is the cool-down: its end is the engine's to decide, since the clocks of machines differ.
 */
export class RefreshNotes {
  /** The lock that they belong to; their own names begin with it. */
  readonly lockName: string;
  readonly #notes: LockNotes;
  readonly #store: TokenStore;
  readonly #now: () => number;

  constructor(notes: LockNotes, lockName: string, { store, now }: { store: TokenStore; now: () => number }) {
    this.#notes = notes;
    this.lockName = lockName;
    this.#store = store;
    this.#now = now;
  }

  /** The error to answer with while the provider is not to be asked. */
  async coolDown(token: StoredToken): Promise<TokenStoreError | undefined> {
    const note = parse(await this.#read("cool-down")) as CoolDown | undefined;
    if (!note || note.of !== (await stateOf(token))) return undefined;
    return coolDownError(note.code, Math.max(0, note.until - this.#now()));
  }

  async failed(token: StoredToken, error: TokenStoreError, random: number): Promise<void> {
    const of = await loginOf(token);
    const before = parse(await this.#read("failures")) as Failures | undefined;
    const failures: Failures = { count: (before?.of === of ? before.count : 0) + 1, of };
    const pauseMs = coolDownMs(error, failures.count, random);
    const note: CoolDown = { code: error.code, of: await stateOf(token), until: this.#now() + pauseMs };
    await this.#write("failures", JSON.stringify(failures), FAILURES_KEPT_MS);
    await this.#write("cool-down", JSON.stringify(note), pauseMs);
  }

  /** Failures in a row end here. */
  async succeeded(): Promise<void> {
    if ((await this.#read("failures")) !== undefined) await this.#write("failures", "", 1);
  }

  /** A token was saved that an eventually consistent storage does not show everywhere yet. */
  async saved({ createdAt, version }: StoredToken, isRotated: boolean): Promise<void> {
    const note: Saved = { createdAt, version, isRotated };
    await this.#write("saved", JSON.stringify(note), SAVED_KEPT_MS);
  }

  /** Whether a newer token was saved than the one that the storage shows here, and the old one's refresh token is spent. */
  async newerThan(token: StoredToken): Promise<{ isRotated: boolean } | undefined> {
    const note = parse(await this.#read("saved")) as Saved | undefined;
    return note && note.createdAt === token.createdAt && note.version > token.version ? { isRotated: note.isRotated } : undefined;
  }

  /** A refresh has brought an access token that is valid for so short a time that others would refresh it at once. */
  async granted({ accessToken = "" }: StoredToken, validMs: number): Promise<void> {
    await this.#write("granted", await shortDigest(accessToken), validMs);
  }

  async isGranted({ accessToken = "" }: StoredToken): Promise<boolean> {
    const note = await this.#read("granted");
    return note !== undefined && note === (await shortDigest(accessToken));
  }

  /** An API refuses the new access token too, so another refresh would not help. */
  async refreshDidNotHelp(token: StoredToken): Promise<void> {
    await this.#write("unhelpful", await loginOf(token), UNHELPFUL_KEPT_MS);
  }

  async isRefreshOfNoHelp(token: StoredToken): Promise<boolean> {
    const note = await this.#read("unhelpful");
    return note !== undefined && note === (await loginOf(token));
  }

  async loggedOut(token: StoredToken): Promise<void> {
    const { createdAt, version } = token;
    const note: LogOut = { createdAt, version, of: await loginOf(token) };
    await this.#write("logged-out", JSON.stringify(note), LOG_OUT_KEPT_MS);
  }

  /** Whether the user has logged out of this very token. A later log-in makes another one, or a later version. */
  async isLoggedOut(token: StoredToken): Promise<boolean> {
    const note = parse(await this.#read("logged-out")) as LogOut | undefined;
    if (!note || note.createdAt !== token.createdAt || token.version > note.version) return false;
    return (token.version < note.version && isEventual(this.#store)) || note.of === (await loginOf(token));
  }

  // Where notes can't be had, or not in time, neither a refresh that works nor a log-out fails for them.
  async #read(kind: string): Promise<string | undefined> {
    return inTime(this.#notes.read(`${this.lockName}:${kind}`), NOTE_TIMEOUT_MS).catch(() => undefined);
  }

  async #write(kind: string, text: string, ttlMs: number): Promise<void> {
    await inTime(this.#notes.write(`${this.lockName}:${kind}`, text, ttlMs), NOTE_TIMEOUT_MS).catch(() => {});
  }
}

/** Which save of which log-in. */
async function stateOf(token: StoredToken): Promise<string> {
  return `${token.version}.${await loginOf(token)}`;
}

/** Two log-ins within a millisecond, or of one user in two storages, differ by their refresh tokens alone. */
async function loginOf({ createdAt, refreshToken = "" }: StoredToken): Promise<string> {
  return `${createdAt}.${await shortDigest(refreshToken)}`;
}

function parse(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}
