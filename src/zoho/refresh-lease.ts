import { OptionInvalidError } from "../errors.ts";
import type { Lock } from "../locks/lock.ts";
import { lockName } from "../locks/lock-name.ts";
import { createProcessLock } from "../locks/process-lock.ts";
import { isLockTimeout } from "../locks/waiting.ts";
import { refuseUnknown } from "../options.ts";
import type { StoredToken } from "../token.ts";

/** The SDKs refresh an access token that has less than this left. */
const SDK_MARGIN_MS = 5000;
const MAX_SECONDS = 600;

/** How concurrent refreshes of one token become one. */
export interface RefreshLeaseOptions {
  /**
   * How long the first caller that is handed an expired token may take to refresh and save it, in seconds, 1 to 600.
   * The others wait no longer than that, then refresh for themselves: the SDK does not tell of a refresh that failed.
   * Whoever reads tokens from the adapter without refreshing them holds the lease as well; read from the store itself.
   */
  seconds: number;
  /** Shared by all processes that use the store, so that one of them refreshes; default: among the callers of this adapter. */
  lock?: Lock;
}

/**
 * One refresh for many callers. The SDKs have no lock: each call that finds an expired token refreshes it. The
 * only place to hold them up is the look-up before, and the only sign that a refresh is over is the save.
 */
export class RefreshLease {
  readonly #limitMs: number;
  readonly #lock: Pick<Lock, "request">;
  readonly #now: () => number;
  /** Ends the lease on a record, by the record's id. */
  readonly #held = new Map<string, () => void>();

  constructor(options: RefreshLeaseOptions, now: () => number) {
    const { seconds, lock } = parseRefreshLease(options);
    this.#limitMs = seconds * 1000;
    this.#lock = lock ?? createProcessLock();
    this.#now = now;
  }

  /**
   * The token to hand to the SDK: fresh where another caller has just refreshed it, else leased to this one.
   *
   * @param readById the second look: what the first found it by may be the access token that the other caller has replaced
   */
  async find(read: () => Promise<StoredToken | null>, readById: (id: string) => Promise<StoredToken | null>): Promise<StoredToken | null> {
    const token = await read();
    if (token === null || !this.#isDue(token)) return token;
    const leased = await this.#acquire(token.id);
    const current = await readById(token.id).catch((error: unknown) => {
      if (leased) this.release(token.id);
      throw error;
    });
    if (leased && (current === null || !this.#isDue(current))) this.release(token.id);
    return current;
  }

  release(id: string): void {
    this.#held.get(id)?.();
  }

  releaseAll(): void {
    for (const end of this.#held.values()) end();
  }

  /** Whether the SDK will ask for a new access token when it gets this one. */
  #isDue({ accessToken, refreshToken, expiresAt }: StoredToken): boolean {
    if (refreshToken === undefined) return false;
    return accessToken === undefined || (expiresAt !== undefined && expiresAt - this.#now() < SDK_MARGIN_MS);
  }

  /** False where the lease was not to be had in time. */
  async #acquire(id: string): Promise<boolean> {
    const name = await lockName("zoho-refresh", id);
    return new Promise((resolve, reject) => {
      const holding = this.#lock.request(name, { timeoutMs: this.#limitMs }, () => {
        const released = this.#hold(id);
        resolve(true);
        return released;
      });
      holding.catch((error: unknown) => {
        if (isLockTimeout(error)) resolve(false);
        else reject(error);
      });
    });
  }

  /** Resolves when the token was saved or the time is up. */
  #hold(id: string): Promise<void> {
    return new Promise((resolve) => {
      const end = (): void => {
        clearTimeout(timer);
        if (this.#held.get(id) === end) this.#held.delete(id);
        resolve();
      };
      const timer = setTimeout(end, this.#limitMs);
      // No process has to outlive its work for a lease that nobody waits for.
      (timer as { unref?: () => void }).unref?.();
      this.#held.set(id, end);
    });
  }
}

/** @throws {OptionInvalidError} */
function parseRefreshLease(options: unknown): RefreshLeaseOptions {
  refuseUnknown(options, ["seconds", "lock"]);
  const { seconds, lock } = options as Partial<RefreshLeaseOptions>;
  if (typeof seconds !== "number" || !(seconds >= 1 && seconds <= MAX_SECONDS)) {
    throw new OptionInvalidError(`The option refreshLease.seconds must be a number from 1 to ${MAX_SECONDS}.`);
  }
  if (lock !== undefined && typeof lock?.request !== "function") {
    throw new OptionInvalidError("The option refreshLease.lock must be a lock, with a method request(name, options, callback).");
  }
  return lock ? { seconds, lock } : { seconds };
}
