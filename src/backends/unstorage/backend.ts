import type { Driver, Storage } from "unstorage";
import { INDEX_NAMES, parseRecord } from "../../backend.ts";
import type { Backend, IndexName, StoredRecord } from "../../backend.ts";
import { safeCause } from "../../cause.ts";
import { StoreUnavailableError } from "../../errors.ts";
import { KeyedQueue } from "../../keyed-queue.ts";
import { REGISTER_KEY } from "../../sealing/key-register.ts";
import { CommitClock } from "./commit-clock.ts";
import { driverCapabilities } from "./drivers.ts";
import { Keys } from "./keys.ts";
import { isPointerList, parsePointers, withoutPointer, withPointer } from "./pointers.ts";
import type { Pointer } from "./pointers.ts";

/** How many keys are removed side by side. */
const REMOVE_BATCH = 64;

/** What the stores of one process over one storage share, so that they don't overwrite each other. */
class Coordination {
  readonly queue = new KeyedQueue();
  readonly clock = new CommitClock();
}

const coordinations = new WeakMap<Storage, Coordination>();

function coordinationOf(storage: Storage): Coordination {
  const known = coordinations.get(storage);
  if (known) return known;
  const created = new Coordination();
  coordinations.set(storage, created);
  return created;
}

/**
 * Records and pointers on a storage that can only get, set and remove one key at a time.
 *
 * The order of writes carries the safety: the record, then new pointers, then the removal of stale
 * ones. A consumed refresh token can't be had again, a missing pointer can be rebuilt: so the record
 * goes first, and a crash in between leaves pointers that lead nowhere but never a lost token.
 */
export class UnstorageBackend implements Backend {
  readonly #storage: Storage;
  readonly #keys: Keys;
  readonly #shared: Coordination;

  constructor(storage: Storage, namespace: string) {
    this.#storage = storage;
    this.#keys = new Keys(namespace);
    this.#shared = coordinationOf(storage);
  }

  get capabilities(): Backend["capabilities"] {
    return driverCapabilities(this.#driver().name);
  }

  async read(key: string): Promise<StoredRecord | undefined> {
    const [record] = await this.#readRecords([key]);
    return record;
  }

  async lookup(index: IndexName, digest: string): Promise<StoredRecord[]> {
    const pointerKey = this.#keys.pointer(index, digest);
    const value = await this.#get(pointerKey);
    const sound = value == null || isPointerList(value);
    const pointers = parsePointers(pointerKey, sound ? value : await this.#getAlone(pointerKey));
    // A pointer may be stale or dangling. It stays: only who knows the record's version may remove it.
    return this.#readRecords(pointers.map(({ key }) => key));
  }

  commit(previous: StoredRecord | undefined, next: StoredRecord | undefined): Promise<boolean> {
    const wanted = this.#pointerKeys(next);
    const stale = this.#pointerKeys(previous).filter((pointerKey) => !wanted.includes(pointerKey));
    const records = [previous, next].flatMap((record) => (record ? this.#keys.record(record.key) : []));
    return this.#shared.queue.run([...new Set(records), ...wanted, ...stale], async () => {
      if (previous && this.#shared.clock.isOutdated(previous)) return false;
      if (next && next.key !== previous?.key && (await this.#get(this.#keys.record(next.key))) != null) return false;
      const pointers = await this.#readPointers([...wanted, ...stale]);
      if (next) {
        await this.#writeRecord(next);
        await this.#addPointers(next, wanted, pointers);
      }
      if (previous && !next) await this.#removeRecord(previous.key);
      await Promise.all(
        stale.map((pointerKey) => {
          const others = withoutPointer(pointers.get(pointerKey)!, previous!.key);
          return others.length > 0 ? this.#set(pointerKey, { pointers: others }) : this.#remove(pointerKey);
        }),
      );
      // A record that moved leaves last: until then whoever moves it can begin again, and clean up.
      if (previous && next && previous.key !== next.key) await this.#removeRecord(previous.key);
      return true;
    });
  }

  completeIndex(record: StoredRecord): Promise<void> {
    const wanted = this.#pointerKeys(record);
    return this.#shared.queue.run(wanted, async () => this.#addPointers(record, wanted, await this.#readPointers(wanted)));
  }

  async *scan({ pageSize }: { pageSize: number }): AsyncGenerator<StoredRecord[]> {
    const keys = (await this.#list(this.#keys.records)).flatMap((key) => this.#keys.recordDigest(key) ?? []);
    for (let start = 0; start < keys.length; start += pageSize) {
      yield await this.#readRecords(keys.slice(start, start + pageSize));
    }
  }

  async clear(): Promise<void> {
    // unstorage's own clear(base) does nothing on some mounts and wipes the neighbours on others.
    const records = (await this.#list(this.#keys.records)).flatMap((key) => this.#keys.recordDigest(key) ?? []);
    const pointers = (await this.#list(this.#keys.pointers)).filter((key) => this.#keys.isPointer(key));
    await inBatches(records, (digest) => this.#clearRecord(digest));
    await inBatches(pointers, (key) => this.#shared.queue.run([key], () => this.#remove(key)));
    // Last: until all is gone, the register tells with which secrets it was written.
    await this.#clearRecord(REGISTER_KEY);
  }

  /** The storage is the caller's, who may go on using it: nothing to close. */
  async close(): Promise<void> {}

  #pointerKeys(record: StoredRecord | undefined): string[] {
    return INDEX_NAMES.flatMap((name) => {
      const digest = record?.index[name];
      return digest === undefined ? [] : this.#keys.pointer(name, digest);
    });
  }

  async #writeRecord({ key, version, keyId, index, body }: StoredRecord): Promise<void> {
    try {
      await this.#set(this.#keys.record(key), { version, keyId, index, body });
    } finally {
      this.#shared.clock.committed(key);
    }
  }

  async #removeRecord(key: string): Promise<void> {
    try {
      await this.#remove(this.#keys.record(key));
    } finally {
      this.#shared.clock.committed(key);
    }
  }

  /** Writes the pointers that don't lead to the record yet: new ones, and what a crash kept an earlier save from writing. */
  async #addPointers({ key, version }: StoredRecord, wanted: readonly string[], pointers: Map<string, readonly Pointer[]>): Promise<void> {
    const missing = wanted.filter((pointerKey) => !pointers.get(pointerKey)!.some((pointer) => pointer.key === key));
    await Promise.all(missing.map((pointerKey) => this.#set(pointerKey, withPointer(pointers.get(pointerKey)!, { key, version }))));
  }

  #clearRecord(key: string): Promise<void> {
    return this.#shared.queue.run([this.#keys.record(key)], () => this.#removeRecord(key));
  }

  async #readRecords(digests: readonly string[]): Promise<StoredRecord[]> {
    const { clock } = this.#shared;
    const time = clock.now();
    const keys = digests.map((digest) => this.#keys.record(digest));
    const values = await this.#getAll(keys);
    const records = digests.map(async (digest, position) => {
      if (values[position] == null) return [];
      const record = parseRecord(digest, values[position]);
      if (record.body !== undefined) return clock.stamp(record, time);
      const settled = clock.now();
      const value = await this.#getAlone(keys[position]!);
      return value == null ? [] : clock.stamp(parseRecord(digest, value), settled);
    });
    return (await Promise.all(records)).flat();
  }

  async #readPointers(pointerKeys: readonly string[]): Promise<Map<string, readonly Pointer[]>> {
    const values = await this.#getAll(pointerKeys);
    // A damaged list is replaced by the save that meets it; whom else it led to is not known.
    return new Map(pointerKeys.map((pointerKey, position) => [pointerKey, pointersOf(values[position])]));
  }

  async #getAll(keys: readonly string[]): Promise<unknown[]> {
    if (keys.length < 2) return Promise.all(keys.map((key) => this.#get(key)));
    const items = await this.#attempt("read", () => this.#storage.getItems([...keys]));
    const values = new Map(items.map(({ key, value }) => [key, checkedValue(value)]));
    return keys.map((key) => values.get(key));
  }

  async #get(key: string): Promise<unknown> {
    return checkedValue(await this.#attempt("read", () => this.#storage.getItem<object>(key)));
  }

  /**
   * The value once no write of this process is under way at the key. Some drivers write in place, so
   * that a read meanwhile sees half of it: what looks damaged is read again before it counts as that.
   */
  #getAlone(key: string): Promise<unknown> {
    return this.#shared.queue.run([key], () => this.#get(key));
  }

  async #set(key: string, value: object): Promise<void> {
    this.#assertWritable();
    await this.#attempt("write", () => this.#storage.setItem(key, value as Record<string, never>));
  }

  async #remove(key: string): Promise<void> {
    this.#assertWritable();
    await this.#attempt("remove", () => this.#storage.removeItem(key));
  }

  async #list(base: string): Promise<string[]> {
    return this.#attempt("list", () => this.#storage.getKeys(base));
  }

  #driver(): Driver {
    return this.#storage.getMount(this.#keys.records).driver;
  }

  /** With such a driver unstorage itself would drop the write without a word. */
  #assertWritable(): void {
    const { setItem, removeItem } = this.#driver();
    if (typeof setItem === "function" && typeof removeItem === "function") return;
    throw new StoreUnavailableError("The mounted unstorage driver can only read. Mount one that has setItem and removeItem.");
  }

  async #attempt<Result>(doing: string, call: () => Promise<Result>): Promise<Result> {
    try {
      return await call();
    } catch (error) {
      throw unavailable(doing, this.capabilities.engine, error);
    }
  }
}

async function inBatches<Item>(items: readonly Item[], task: (item: Item) => Promise<void>): Promise<void> {
  for (let start = 0; start < items.length; start += REMOVE_BATCH) {
    await Promise.all(items.slice(start, start + REMOVE_BATCH).map(task));
  }
}

function pointersOf(value: unknown): readonly Pointer[] {
  return isPointerList(value) ? value.pointers : [];
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
