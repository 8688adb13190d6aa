import type { Driver, Storage } from "unstorage";
import { safeCause } from "../../cause.ts";
import { StoreUnavailableError } from "../../errors.ts";

/** A storage whose failures are all told, in the errors of this library: unstorage and its drivers pass over some. */
export class CheckedStorage {
  readonly #storage: Storage;
  /** A key of the namespace: its mount is where everything of the namespace lies. */
  readonly #anyKey: string;

  constructor(storage: Storage, anyKey: string) {
    this.#storage = storage;
    this.#anyKey = anyKey;
  }

  get driver(): Driver {
    return this.#storage.getMount(this.#anyKey).driver;
  }

  /** The key that the driver sees, without the base of its mount. */
  readonly driverKey = (key: string): string => key.slice(this.#storage.getMount(this.#anyKey).base.length);

  async get(key: string): Promise<unknown> {
    return checkedValue(await this.#attempt("read", () => this.#storage.getItem<object>(key)));
  }

  async getAll(keys: readonly string[]): Promise<unknown[]> {
    if (keys.length < 2) return Promise.all(keys.map((key) => this.get(key)));
    const items = await this.#attempt("read", () => this.#storage.getItems([...keys]));
    const values = new Map(items.map(({ key, value }) => [key, checkedValue(value)]));
    return keys.map((key) => values.get(key));
  }

  async set(key: string, value: object): Promise<void> {
    this.#assertWritable();
    await this.#attempt("write", () => this.#storage.setItem(key, value as Record<string, never>));
  }

  async remove(key: string): Promise<void> {
    this.#assertWritable();
    await this.#attempt("remove", () => this.#storage.removeItem(key));
  }

  list(base: string): Promise<string[]> {
    return this.#attempt("list", () => this.#storage.getKeys(base));
  }

  /** With such a driver unstorage itself would drop the write without a word. */
  #assertWritable(): void {
    const { setItem, removeItem } = this.driver;
    if (typeof setItem === "function" && typeof removeItem === "function") return;
    throw new StoreUnavailableError("The mounted unstorage driver can only read. Mount one that has setItem and removeItem.");
  }

  async #attempt<Result>(doing: string, call: () => Promise<Result>): Promise<Result> {
    try {
      return await call();
    } catch (error) {
      throw unavailable(doing, this.driver.name ?? "unstorage", error);
    }
  }
}

/** unstorage's `fs` driver can resolve with the error instead of rejecting with it. */
function checkedValue(value: unknown): unknown {
  if (value instanceof Error) throw unavailable("read", "unstorage", value);
  return value;
}

function unavailable(doing: string, engine: string, error: unknown): StoreUnavailableError {
  return new StoreUnavailableError(`The storage (${engine}) failed to ${doing}. Nothing is known about the token; try again later.`, {
    cause: safeCause(error),
  });
}
