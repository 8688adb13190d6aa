import { MAX_TIMER_MS } from "../abortable.ts";
import { LockTimeoutError, OptionInvalidError } from "../errors.ts";
import type { TokenStoreError } from "../errors.ts";
import { assertSignal, refuseUnknown } from "../options.ts";
import type { LockRequestOptions } from "./lock.ts";

const DEFAULT_TIMEOUT_MS = 30_000;

/**
 * The time that somebody waits for a lock: until `end()`, the time limit, or the caller's abort. Every
 * kind of lock waits by it, so that none waits for ever.
 */
export class Waiting {
  readonly #controller = new AbortController();
  readonly #timer: ReturnType<typeof setTimeout>;
  readonly #caller: AbortSignal | undefined;
  readonly #onAbort = (): void => this.#stop(this.#caller?.reason);

  /** @throws {OptionInvalidError} @throws the signal's reason where it is aborted already */
  constructor(name: string, options: LockRequestOptions) {
    refuseUnknown(options, ["signal", "timeoutMs"]);
    const { signal, timeoutMs = DEFAULT_TIMEOUT_MS } = options as LockRequestOptions;
    if (typeof name !== "string" || name === "")
      throw new OptionInvalidError("A lock's name must be a string with at least one character.");
    if (!Number.isFinite(timeoutMs) || timeoutMs < 0 || timeoutMs > MAX_TIMER_MS) {
      throw new OptionInvalidError(`The option timeoutMs must be a number of milliseconds from 0 to ${MAX_TIMER_MS}.`);
    }
    assertSignal(signal);
    signal?.throwIfAborted();
    this.#caller = signal;
    signal?.addEventListener("abort", this.#onAbort);
    this.#timer = setTimeout(() => {
      this.#stop(new LockTimeoutError(`The lock was not free within ${timeoutMs} ms. What it guards was not touched; try again later.`));
    }, timeoutMs);
  }

  /** Aborted when the waiting is over in vain, with what to reject with as its reason. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** The lock is held: from now on neither the time limit nor the caller's signal has an effect. */
  end(): void {
    clearTimeout(this.#timer);
    this.#caller?.removeEventListener("abort", this.#onAbort);
  }

  #stop(reason: unknown): void {
    this.end();
    this.#controller.abort(reason);
  }
}

/** Whether a lock was not free in time. By the code: a lock of a second copy of the library has a class of its own. */
export function isLockTimeout(error: unknown): boolean {
  return (error as Partial<TokenStoreError> | undefined)?.code === "ERR_LOCK_TIMEOUT";
}
