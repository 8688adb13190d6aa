/**
 * A lock by name, in the shape of the Web Locks API (https://w3c.github.io/web-locks/): whoever is granted
 * it runs its callback, and the lock is free again when what the callback returned has settled.
 *
 * There is no `steal`: the victim's callback would run on beside the thief's.
 */
export interface Lock {
  /**
   * Runs the callback once the lock is held, and settles as it does.
   *
   * @throws {LockTimeoutError} where the lock was not free within `timeoutMs`; the callback has not run
   * @throws the signal's reason where it was aborted before the lock was held; from then on it has no effect
   */
  request<Result>(name: string, options: LockRequestOptions, callback: () => Promise<Result>): Promise<Result>;
  /** Where those who share the lock can leave a word for each other; absent where nobody else shares it. */
  readonly notes?: LockNotes;
}

/** How long to wait for a lock. */
export interface LockRequestOptions {
  /** Ends the waiting, never a callback that runs. */
  signal?: AbortSignal;
  /** How long to wait for the lock, in milliseconds; default 30,000. A holder may be frozen, so waiting is always bounded. */
  timeoutMs?: number;
}

/** Short texts that outlive the holding of a lock, such as "not before then". They carry no token and no user name. */
export interface LockNotes {
  /** The note that was left under this name, or undefined. */
  read(name: string): Promise<string | undefined>;
  /** The note is gone after `ttlMs` milliseconds. */
  write(name: string, text: string, ttlMs: number): Promise<void>;
}
