import { abortable, pause } from "../abortable.ts";
import { safeCause } from "../cause.ts";
import { OptionInvalidError, StoreUnavailableError } from "../errors.ts";
import { refuseUnknown } from "../options.ts";
import { parseLeaseMs } from "./lease.ts";
import type { Lock, LockNotes, LockRequestOptions } from "./lock.ts";
import { createProcessLock } from "./process-lock.ts";
import { Waiting } from "./waiting.ts";

/** What the lock needs of an ioredis client (or cluster). */
export interface RedisLockClient {
  /** `SET key value PX milliseconds` */
  set(key: string, value: string, px: "PX", milliseconds: number): Promise<unknown>;
  /** `GET key` */
  get(key: string): Promise<string | null>;
  /** `EVAL script keyCount key… argument…` */
  eval(script: string, keyCount: number, ...keysAndArguments: string[]): Promise<unknown>;
}

/** Where the lock lies, and how long it outlives its holder. */
export interface RedisLockOptions {
  /** What the keys of locks and notes begin with; default `"edge-token-store:"`. */
  prefix?: string;
  /**
   * How long the lock outlives a holder that died, in milliseconds, 100 to 600,000; default 10,000. While
   * the holder lives it is renewed after every third of that.
   */
  leaseMs?: number;
}

/** Pauses between two attempts: the first, and what they grow to. Real ones are random between half and all of it. */
const FIRST_PAUSE_MS = 20;
const LONGEST_PAUSE_MS = 250;

// Free, or this request's own already: clients ask again where the connection broke before the answer came.
const ACQUIRE = `local owner = redis.call("GET", KEYS[1]) if owner and owner ~= ARGV[1] then return false end return redis.call("SET", KEYS[1], ARGV[1], "PX", ARGV[2])`;
// Only the holder's own: the lock may have run out and be another's by now.
const RENEW = `if redis.call("GET", KEYS[1]) == ARGV[1] then return redis.call("PEXPIRE", KEYS[1], ARGV[2]) end return 0`;
const RELEASE = `if redis.call("GET", KEYS[1]) == ARGV[1] then return redis.call("DEL", KEYS[1]) end return 0`;

/**
 * A lock among all processes that use one Redis (https://redis.io/docs/latest/develop/use/patterns/distributed-locks/).
 * Within one process it is first come, first served, and only the first asks Redis; among processes
 * chance decides.
 *
 * A process that dies frees it after `leaseMs`. One that is suspended for longer finds it gone when it
 * wakes, and isn't told: what it writes must be fenced, as the refresher does by the token's version.
 *
 * Requests reject with `ERR_STORE_UNAVAILABLE` where Redis fails; the callback has not run then.
 *
 * @throws {OptionInvalidError} on a client or an option that is none
 */
export function createRedisLock(client: RedisLockClient, options: RedisLockOptions = {}): Lock {
  refuseUnknown(options, ["prefix", "leaseMs"]);
  const { prefix = "edge-token-store:", leaseMs } = options as RedisLockOptions;
  if (typeof client?.set !== "function" || typeof client.get !== "function" || typeof client.eval !== "function") {
    throw new OptionInvalidError("The first argument must be an ioredis client, with the functions set, get and eval.");
  }
  if (typeof prefix !== "string") throw new OptionInvalidError("The option prefix must be a string.");
  return new RedisLock(client, prefix, parseLeaseMs(leaseMs));
}

class RedisLock implements Lock {
  readonly notes: LockNotes;
  readonly #client: RedisLockClient;
  readonly #prefix: string;
  readonly #leaseMs: number;
  readonly #local = createProcessLock();

  constructor(client: RedisLockClient, prefix: string, leaseMs: number) {
    this.#client = client;
    this.#prefix = prefix;
    this.#leaseMs = leaseMs;
    this.notes = {
      read: async (name) => (await attempt(client.get(`${prefix}note:${name}`))) ?? undefined,
      write: async (name, text, ttlMs) =>
        void (await attempt(client.set(`${prefix}note:${name}`, text, "PX", Math.max(1, Math.round(ttlMs))))),
    };
  }

  async request<Result>(name: string, options: LockRequestOptions, callback: () => Promise<Result>): Promise<Result> {
    // One time limit for both queues: this process's and that of all processes.
    const waiting = new Waiting(name, options);
    const key = `${this.#prefix}lock:${name}`;
    const owner = globalThis.crypto.randomUUID();
    const turn = async (): Promise<Result> => {
      await this.#acquire(key, owner, waiting.signal);
      waiting.end();
      const renewal = setInterval(() => void this.#renew(key, owner), this.#leaseMs / 3);
      try {
        return await callback();
      } finally {
        clearInterval(renewal);
        await this.#release(key, owner);
      }
    };
    try {
      return await this.#local.request(key, { signal: waiting.signal, timeoutMs: 2 ** 31 - 1 }, turn);
    } finally {
      waiting.end();
    }
  }

  async #acquire(key: string, owner: string, signal: AbortSignal): Promise<void> {
    for (let longest = FIRST_PAUSE_MS; ; longest = Math.min(longest * 1.5, LONGEST_PAUSE_MS)) {
      signal.throwIfAborted();
      const asked = attempt(this.#client.eval(ACQUIRE, 1, key, owner, String(this.#leaseMs)));
      try {
        if ((await abortable(asked, signal)) === "OK") return;
      } catch (error) {
        // A client waits for a lost server; when its answer comes at last, the lock is nobody's.
        if (signal.aborted) void asked.then(() => this.#release(key, owner)).catch(() => {});
        throw error;
      }
      await pause(longest * (0.5 + Math.random() / 2), signal);
    }
  }

  /** Where it fails there is nobody to tell: the lock runs out, and the holder's writes are fenced. */
  async #renew(key: string, owner: string): Promise<void> {
    await attempt(this.#client.eval(RENEW, 1, key, owner, String(this.#leaseMs))).catch(() => {});
  }

  /** Where it fails the lock runs out by itself. */
  async #release(key: string, owner: string): Promise<void> {
    const released = new AbortController();
    void attempt(this.#client.eval(RELEASE, 1, key, owner))
      .catch(() => {})
      .then(() => released.abort());
    // What the callback made is not kept back for a server that is gone.
    await pause(this.#leaseMs, released.signal).catch(() => {});
  }
}

async function attempt<Result>(call: Promise<Result>): Promise<Result> {
  try {
    return await call;
  } catch (error) {
    throw new StoreUnavailableError("The Redis that keeps the lock failed or can't be reached. Try again later.", {
      cause: safeCause(error),
    });
  }
}
