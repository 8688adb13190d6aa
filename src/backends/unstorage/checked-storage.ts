import type { Driver, Storage } from "unstorage";
import { StoreUnavailableError, TokenStoreError } from "../../errors.ts";
import { driverFailure } from "./driver-failure.ts";
import { prefixOf } from "./prefix.ts";
import { rateLimitPauseMs } from "./rate-limit-pause.ts";
import { canWrite, hidesFailedReads, hidesFailedRemovals, hidesFailedWrites, listEnd } from "./silent-drivers.ts";
import { isBusy, whileBusy } from "./sql/busy.ts";
import { setUp } from "./sql/first-use.ts";
import { storeError } from "./store-errors.ts";

/** How many keys are read side by side, of drivers that send one request for each. */
const READ_BATCH = 100;

/** A storage whose failures are all told, in the errors of this library: unstorage and its drivers pass over some. */
export class CheckedStorage {
  readonly #storage: Storage;
  readonly #prefix: string;
  /** A key of the namespace, prefix and all: its mount is where everything of the namespace lies. */
  readonly #anyKey: string;
  /** Whether the storage takes no batches. */
  #singly = false;
  #settingUp: Promise<void> | undefined;
  #setUp = false;
  /** Whether a write has been seen to arrive. */
  #proven = false;

  constructor(storage: Storage, anyKey: string) {
    this.#storage = storage;
    this.#prefix = prefixOf(storage);
    this.#anyKey = this.#prefix + anyKey;
  }

  get driver(): Driver {
    return this.#storage.getMount(this.#anyKey).driver;
  }

  /** The key that the driver sees, with the storage's prefix and without the base of its mount. */
  readonly driverKey = (key: string): string => (this.#prefix + key).slice(this.#storage.getMount(this.#anyKey).base.length);

  async get(key: string): Promise<unknown> {
    const value = await this.attempt("read", () => this.#storage.getItem<object>(key));
    return value == null && hidesFailedReads(this.driver) ? this.#confirmedMiss(key) : checkedValue(value);
  }

  async getAll(keys: readonly string[]): Promise<unknown[]> {
    if (keys.length < 2) return Promise.all(keys.map((key) => this.get(key)));
    const values = new Map<string, unknown>();
    const size = this.driver.getItems && !this.#singly ? keys.length : READ_BATCH;
    for (let start = 0; start < keys.length; start += size) {
      const items = await this.#getBatch(keys.slice(start, start + size));
      for (const { key, value } of items) values.set(key, checkedValue(value));
    }
    // A driver may answer under other keys: `redis` does, where its base is not in the form that it gives it.
    const unanswered = keys.filter((key) => !values.has(key));
    await Promise.all(unanswered.map(async (key) => values.set(key, await this.get(key))));
    if (hidesFailedReads(this.driver)) {
      const missing = keys.filter((key) => values.get(key) == null);
      await Promise.all(missing.map(async (key) => values.set(key, await this.#confirmedMiss(key))));
    }
    return keys.map((key) => values.get(key));
  }

  async #getBatch(keys: string[]): Promise<{ key: string; value: unknown }[]> {
    try {
      if (!this.#singly) return await this.attempt("read", () => this.#storage.getItems(keys));
    } catch (error) {
      if (!isCrossSlot(error)) throw error;
      this.#singly = true;
    }
    return Promise.all(keys.map(async (key) => ({ key, value: await this.get(key) })));
  }

  async set(key: string, value: object): Promise<void> {
    this.#assertWritable();
    await this.attempt("write", () => this.#storage.setItem(key, value as Record<string, never>));
    if (this.#proven || !hidesFailedWrites(this.driver)) return;
    if (!(await this.#has(key))) throw this.#failed("write");
    this.#proven = true;
  }

  async remove(key: string): Promise<void> {
    this.#assertWritable();
    await this.attempt("remove", () => this.#storage.removeItem(key));
    if (hidesFailedRemovals(this.driver) && (await this.#has(key))) throw this.#failed("remove");
  }

  async list(base: string): Promise<string[]> {
    const keys = await this.attempt("list", () => this.#storage.getKeys(base));
    const { driver } = this;
    const end = listEnd(driver);
    if (!end) return keys;
    const given = end.ofAll ? await this.attempt("list", async () => driver.getKeys("", {})) : keys;
    if (given.length >= end.after) {
      throw new StoreUnavailableError(
        `The unstorage driver ${driver.name} lists the first ${end.after} keys and no more, so tokens would be missing. ` +
          "Look-ups and saves work; to list, take another driver.",
      );
    }
    return keys;
  }

  /** With such a driver the write would be dropped without a word. */
  #assertWritable(): void {
    if (canWrite(this.driver)) return;
    throw new StoreUnavailableError("The mounted unstorage driver can only read. Mount one that has setItem and removeItem, not readOnly.");
  }

  #has(key: string): Promise<boolean> {
    return this.attempt("read", () => this.#storage.hasItem(key));
  }

  #failed(doing: string): Error {
    return storeError(doing, this.driver.name ?? "unstorage", "failed", undefined);
  }

  /** For what a driver that hides its failures had no value: null where there is none, else the value. */
  async #confirmedMiss(key: string): Promise<unknown> {
    if (!(await this.#has(key))) return null;
    // It is there: written in between, or its reading failed.
    const again: unknown = await this.attempt("read", () => this.#storage.getItem<object>(key));
    if (again == null) throw this.#failed("read");
    return again;
  }

  async #beSetUp(): Promise<void> {
    await (this.#settingUp ??= setUp(this.driver).finally(() => (this.#settingUp = undefined)));
    this.#setUp = true;
  }

  /** Repeats what the storage refuses for its rate, after a pause; every request is one that can be repeated. */
  async attempt<Result>(doing: string, call: () => Promise<Result>): Promise<Result> {
    const whole = (): Promise<Result> => (this.#setUp ? call() : this.#beSetUp().then(call));
    let task = whole;
    for (let repeats = 0; ; repeats++) {
      try {
        return await task();
      } catch (error) {
        if (task === whole && isBusy(error)) {
          task = () => whileBusy(whole);
          continue;
        }
        if (error instanceof TokenStoreError) throw error;
        const failure = driverFailure(error);
        const pause = failure.kind === "rate-limited" ? rateLimitPauseMs(repeats, failure.retryAfterMs, Math.random()) : undefined;
        if (pause === undefined) {
          // What was set up may be gone, as a SQL table with the transaction that the application has rolled back.
          this.#setUp = false;
          throw storeError(doing, this.driver.name ?? "unstorage", failure.kind, error);
        }
        await new Promise((resolve) => setTimeout(resolve, pause));
      }
    }
  }
}

/** unstorage's `fs` driver can resolve with the error instead of rejecting with it. */
function checkedValue(value: unknown): unknown {
  if (value instanceof Error) throw storeError("read", "unstorage", "failed", value);
  return value;
}

/** A Redis Cluster reads the keys of several slots only one by one, and refuses a batch of them. */
function isCrossSlot(error: unknown): boolean {
  return ((error as Error).cause as { code?: unknown } | undefined)?.code === "CROSSSLOT";
}
