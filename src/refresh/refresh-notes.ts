import { abortable } from "../abortable.ts";
import type { TokenStoreError, TokenStoreErrorCode } from "../errors.ts";
import type { LockNotes } from "../locks/lock.ts";
import type { StoredToken } from "../token.ts";
import { coolDownError, coolDownMs } from "./cool-down.ts";

/** After so long without another one, failures count from one again, in milliseconds. */
const FAILURES_KEPT_MS = 60 * 60_000;
/** How long an eventually consistent storage may show the token before, with room to spare, in milliseconds. */
const SAVED_KEPT_MS = 3 * 60_000;
/** How long 401s of a token are taken for the API's last word, after one that a new token got too, in milliseconds. */
const UNHELPFUL_KEPT_MS = 5 * 60_000;
/** Longer than a refresh can be under way, and than an eventually consistent storage shows what was deleted, in milliseconds. */
const LOG_OUT_KEPT_MS = 10 * 60_000;
/** How long a note is waited for, in milliseconds. A client of Redis may wait for a lost server for ever. */
const NOTE_TIMEOUT_MS = 5_000;

interface CoolDown {
  code: TokenStoreErrorCode;
  /** The state of the token that the failure belongs to: once another one is saved, the pause is void. */
  of: string;
  until: number;
}

/**
 * What those who share the lock of one token tell each other beside the token itself. That a cool-down's
 * note is there is the cool-down: its end is the engine's to decide, since the clocks of machines differ.
 */
export class RefreshNotes {
  /** The lock that they belong to; their own names begin with it. */
  readonly lockName: string;
  readonly #notes: LockNotes;
  readonly #now: () => number;

  constructor(notes: LockNotes, lockName: string, now: () => number) {
    this.#notes = notes;
    this.lockName = lockName;
    this.#now = now;
  }

  /** The error to answer with while the provider is not to be asked. */
  async coolDown(token: StoredToken): Promise<TokenStoreError | undefined> {
    const note = parse(await this.#read("cool-down"));
    if (note?.of !== stateOf(token)) return undefined;
    return coolDownError(note.code, Math.max(0, note.until - this.#now()));
  }

  async failed(token: StoredToken, error: TokenStoreError, random: number): Promise<void> {
    const failures = Number((await this.#read("failures")) ?? 0) + 1;
    const pauseMs = coolDownMs(error, failures, random);
    const note: CoolDown = { code: error.code, of: stateOf(token), until: this.#now() + pauseMs };
    await this.#write("failures", String(failures), FAILURES_KEPT_MS);
    await this.#write("cool-down", JSON.stringify(note), pauseMs);
  }

  /** Failures in a row end here. */
  async succeeded(): Promise<void> {
    if ((await this.#read("failures")) !== undefined) await this.#write("failures", "0", 1);
  }

  /** A token was saved that an eventually consistent storage does not show everywhere yet. */
  async saved({ createdAt, version }: StoredToken, isRotated: boolean): Promise<void> {
    await this.#write("saved", `${createdAt}.${version}.${isRotated ? 1 : 0}`, SAVED_KEPT_MS);
  }

  /** Whether a newer token was saved than the one that the storage shows here, and the old one's refresh token is spent. */
  async newerThan(token: StoredToken): Promise<{ isRotated: boolean } | undefined> {
    const [createdAt, version, isRotated] = ((await this.#read("saved")) ?? "").split(".").map(Number);
    return createdAt === token.createdAt && version! > token.version ? { isRotated: isRotated === 1 } : undefined;
  }

  /** An API refuses the new access token too, so another refresh would not help. */
  async refreshDidNotHelp({ createdAt }: StoredToken): Promise<void> {
    await this.#write("unhelpful", String(createdAt), UNHELPFUL_KEPT_MS);
  }

  async isRefreshOfNoHelp({ createdAt }: StoredToken): Promise<boolean> {
    return (await this.#read("unhelpful")) === String(createdAt);
  }

  async loggedOut(token: StoredToken): Promise<void> {
    await this.#write("logged-out", stateOf(token), LOG_OUT_KEPT_MS);
  }

  /** Whether the user has logged out of this very token. A later log-in makes another one, or a later version. */
  async isLoggedOut({ createdAt, version }: StoredToken): Promise<boolean> {
    const [goneCreatedAt, goneVersion] = ((await this.#read("logged-out")) ?? "").split(".").map(Number);
    return createdAt === goneCreatedAt && version <= goneVersion!;
  }

  // Where notes can't be had, or not in time, neither a refresh that works nor a log-out fails for them.
  async #read(kind: string): Promise<string | undefined> {
    return inTime(this.#notes.read(`${this.lockName}:${kind}`)).catch(() => undefined);
  }

  async #write(kind: string, text: string, ttlMs: number): Promise<void> {
    await inTime(this.#notes.write(`${this.lockName}:${kind}`, text, ttlMs)).catch(() => {});
  }
}

/** Rejects where it takes too long; what is under way goes on. */
function inTime<Result>(note: Promise<Result>): Promise<Result> {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), NOTE_TIMEOUT_MS);
  return abortable(note, late.signal).finally(() => clearTimeout(timer));
}

function stateOf({ createdAt, version }: StoredToken): string {
  return `${createdAt}.${version}`;
}

function parse(text: string | undefined): CoolDown | undefined {
  try {
    return text === undefined ? undefined : (JSON.parse(text) as CoolDown);
  } catch {
    return undefined;
  }
}
