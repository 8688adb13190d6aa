import type { Storage } from "unstorage";
import { parseRecord } from "../../backend.ts";
import type { Backend, IndexCheck, IndexCheckOptions, IndexName, StoredRecord } from "../../backend.ts";
import { StoreUnavailableError, TokenInvalidError } from "../../errors.ts";
import { REGISTER_KEY } from "../../sealing/key-register.ts";
import type { OrphanSweeper } from "./orphan-sweeper.ts";
import { CheckedStorage } from "./checked-storage.ts";
import { detectCloudflareKV } from "./cloudflare-kv/detect.ts";
import { planCommit, pointerKeys, recordValue } from "./commit-plan.ts";
import { coordinationOf } from "./coordination.ts";
import type { Coordination } from "./coordination.ts";
import { driverCapabilities, longestValueBytes } from "./drivers.ts";
import { detectExclusive } from "./exclusive-access.ts";
import { Keys } from "./keys.ts";
import { NativeAccessFinder } from "./native-access.ts";
import type { NativeAccess, NativeDetector } from "./native-access.ts";
import { OrderedCommit } from "./ordered-commit.ts";
import type { PointerCheck, PointerCheckParts } from "./pointer-check.ts";
import { isPointerList, parsePointers } from "./pointers.ts";
import { detectRedis } from "./redis/detect.ts";
import { listsLate } from "./silent-drivers.ts";
import { detectSql } from "./sql/detect.ts";
import { afterWrites } from "./store-errors.ts";

type ReadAll = (keys: readonly string[]) => Promise<unknown[]>;

/** How many keys are removed side by side. */
const REMOVE_BATCH = 64;

const NATIVE: readonly NativeDetector[] = [detectRedis, detectSql, detectExclusive, detectCloudflareKV("pointerReadsBy")];
/** Asked by listings alone: what a look-up or a save would pay for the proof is more than it gains. */
const NATIVE_LISTINGS: readonly NativeDetector[] = [detectCloudflareKV("listingBy")];

/** Records and pointers on any unstorage driver. */
export class UnstorageBackend implements Backend {
  readonly #storage: CheckedStorage;
  readonly #keys: Keys;
  readonly #ordered: OrderedCommit;
  readonly #native: NativeAccessFinder;
  readonly #listings: NativeAccessFinder;

  constructor(storage: Storage, namespace: string, hashTag = false) {
    this.#keys = new Keys(namespace, hashTag);
    this.#storage = new CheckedStorage(storage, this.#keys.records);
    this.#ordered = new OrderedCommit(this.#storage, this.#keys);
    this.#native = new NativeAccessFinder(NATIVE, this.#storage, this.#keys);
    this.#listings = new NativeAccessFinder(NATIVE_LISTINGS, this.#storage, this.#keys);
  }

  /** Asked anew each time: the driver may be mounted after the store was made. */
  get #shared(): Coordination {
    return coordinationOf(this.#storage.driver);
  }

  get capabilities(): Backend["capabilities"] {
    const { atomic, persistent, durable, ...facts } = driverCapabilities(this.#storage.driver, this.#keys.hashTag);
    const native = this.#native.settled;
    const kept = native?.persistent ?? true;
    return { ...facts, atomic: native?.atomic ?? atomic, persistent: persistent && kept, durable: durable && kept };
  }

  /** Known from the first read on. What is not one step compares with what was read just now. */
  get comparesBodies(): boolean {
    return this.#native.settled?.commit !== undefined;
  }

  /** Without it nothing proves what lies under the driver, and commits could not compare. */
  get lacksRegister(): boolean {
    return this.#native.settled === undefined;
  }

  read(key: string, known?: StoredRecord): Promise<StoredRecord | undefined> {
    return this.#natively(({ readOne }) => readOne?.(key, known) ?? this.#readRecord(key));
  }

  lookup(index: IndexName, digest: string, known?: (key: string) => StoredRecord | undefined): Promise<StoredRecord[]> {
    const pointerKey = this.#keys.pointer(index, digest);
    return this.#natively(({ lookup }) => lookup?.(pointerKey, known) ?? this.#lookUp(pointerKey));
  }

  async commit(previous: StoredRecord | undefined, next: StoredRecord | undefined): Promise<boolean> {
    const plan = planCommit(this.#keys, previous, next);
    const native = this.#native.settled ?? (await this.#native.find());
    const commit = (): Promise<boolean> => (native.commit ? native.commit(plan) : this.#ordered.commit(plan, native));
    return native.oneCommand ? commit() : this.#alone(plan.keys, commit);
  }

  assertFits(record: StoredRecord): void {
    const { driver } = this.#storage;
    const longest = longestValueBytes(driver);
    // Sealed it is ASCII; unsealed a character can take two bytes, or three, and then the driver refuses it.
    if (longest === undefined || JSON.stringify(recordValue(record)).length <= longest) return;
    throw new TokenInvalidError(`The token is too large: sealed, ${driver.name} takes up to ${longest} bytes of it. Nothing was written.`);
  }

  async completeIndex(record: StoredRecord): Promise<void> {
    const wanted = pointerKeys(this.#keys, record);
    await this.#alone(wanted, () => this.#completeIndex(record, wanted));
  }

  checkIndex(options: IndexCheckOptions): IndexCheck {
    const parts: PointerCheckParts = {
      storage: this.#storage,
      keys: this.#keys,
      alone: (keys, task) => (options.repair ? this.#alone(keys, task) : this.#shared.queue.run(keys, task)),
      strong: this.capabilities.consistency === "strong",
      list: () => this.#list(this.#keys.pointers),
      sweepOrphans: (this.#storage.driver as Partial<OrphanSweeper>).sweepOrphans,
      complete: (record: StoredRecord, wanted: readonly string[]) => this.#completeIndex(record, wanted),
    };
    // Loaded by those alone who check: no look-up and no save has a use for it.
    let loading: Promise<PointerCheck> | undefined;
    const load = (): Promise<PointerCheck> =>
      (loading ??= import("./pointer-check.ts").then((loaded) => new loaded.PointerCheck(parts, options)));
    return {
      async *entries(page) {
        yield* (await load()).entries(page);
      },
      record: async (record) => (await load()).record(record),
      finish: async () => (await load()).finish(),
    };
  }

  async *scan({ pageSize }: { pageSize: number }): AsyncGenerator<StoredRecord[]> {
    const { listPages, getAll } = await this.#listings.find();
    for await (const page of listPages ? listPages(this.#keys.records) : [await this.#list(this.#keys.records)]) {
      const digests = this.#digestsIn(page);
      for (let start = 0; start < digests.length; start += pageSize) {
        yield await this.#readRecords(digests.slice(start, start + pageSize), getAll);
      }
    }
  }

  async clear(): Promise<void> {
    // unstorage's own clear(base) does nothing on some mounts and wipes the neighbours on others.
    const records = this.#digestsIn(await this.#list(this.#keys.records));
    const pointers = (await this.#list(this.#keys.pointers)).filter((key) => this.#keys.isPointer(key));
    try {
      await inBatches(records, (digest) => this.#clearRecord(digest));
      await inBatches(pointers, (key) => this.#alone([key], () => this.#storage.remove(key)));
      const left = this.#digestsIn(await this.#list(this.#keys.records));
      // What was saved meanwhile lacks those of its pointers that were among the removed.
      await inBatches(left, async (digest) => {
        const record = await this.read(digest);
        if (record) await this.completeIndex(record);
      });
      // Last: until all is gone, the register tells with which secrets it was written. What was saved meanwhile still needs it.
      if (listsLate(this.#storage.driver) || left.length === 0) await this.#clearRecord(REGISTER_KEY);
    } catch (error) {
      throw afterWrites(error);
    }
  }

  /** The storage is the caller's, who may go on using it: nothing to close. */
  async close(): Promise<void> {}

  /** Without a turn more than it takes: it is the way of every look-up. */
  #natively<Result>(use: (native: NativeAccess) => Promise<Result>): Promise<Result> {
    return this.#native.settled ? use(this.#native.settled) : this.#native.find().then(use);
  }

  async #completeIndex(record: StoredRecord, wanted: readonly string[]): Promise<void> {
    const native = await this.#native.find();
    await (native.completeIndex ? native.completeIndex(record, wanted) : this.#ordered.completeIndex(record, wanted));
  }

  async #lookUp(pointerKey: string): Promise<StoredRecord[]> {
    const value = await this.#storage.get(pointerKey);
    const sound = value == null || isPointerList(value);
    const pointers = parsePointers(pointerKey, sound ? value : await this.#getAlone(pointerKey));
    // A pointer may be stale or dangling. It stays: only who knows the record's version may remove it.
    return this.#readRecords(pointers.map(({ key }) => key));
  }

  #digestsIn(keys: readonly string[]): string[] {
    return keys.flatMap((key) => this.#keys.recordDigest(key) ?? []);
  }

  async #list(base: string): Promise<string[]> {
    const native = await this.#native.find();
    if (native.list) return native.list(base);
    const keys = await this.#storage.list(base);
    // Once: another process may have entered the first key since.
    if (await this.#lacksAll(base, keys)) return this.#storage.list(base).then(async (again) => this.#assertListed(base, again));
    return keys;
  }

  async #assertListed(base: string, keys: string[]): Promise<string[]> {
    if (!(await this.#lacksAll(base, keys))) return keys;
    throw new StoreUnavailableError(
      `The storage (${this.#storage.driver.name ?? "unstorage"}) lists no keys of a namespace that has some. ` +
        "Its server may answer no list, or the driver's option base hide them; look-ups and saves work.",
    );
  }

  /** Whether not even the register is listed, though it is there. */
  async #lacksAll(base: string, keys: readonly string[]): Promise<boolean> {
    if (base !== this.#keys.records || listsLate(this.#storage.driver)) return false;
    const register = this.#keys.record(REGISTER_KEY);
    if (keys.some((key) => key === register || this.#keys.recordDigest(key) !== undefined)) return false;
    return (await this.#storage.get(register)) != null;
  }

  #clearRecord(key: string): Promise<void> {
    return this.#alone([this.#keys.record(key)], () => this.#ordered.removeRecord(key));
  }

  /** Runs the task while nobody else writes to these keys, as far as the engine lets that be had. */
  async #alone<Result>(keys: readonly string[], task: () => Promise<Result>): Promise<Result> {
    const { exclusive } = this.#native.settled ?? (await this.#native.find());
    return this.#shared.queue.run(keys, () => (exclusive ? exclusive(keys, task) : task()));
  }

  async #readRecords(digests: readonly string[], getAll: ReadAll = (keys) => this.#storage.getAll(keys)): Promise<StoredRecord[]> {
    const native = await this.#native.find();
    if (native.read) return native.read(digests);
    const time = this.#shared.clock.now();
    const values = await getAll(digests.map((digest) => this.#keys.record(digest)));
    const records = await Promise.all(digests.map((digest, position) => this.#recordOf(digest, values[position], time)));
    return records.filter((record) => record !== undefined);
  }

  async #readRecord(digest: string): Promise<StoredRecord | undefined> {
    const time = this.#shared.clock.now();
    return this.#recordOf(digest, await this.#storage.get(this.#keys.record(digest)), time);
  }

  /** `time`: when the value was asked for. */
  #recordOf(digest: string, value: unknown, time: number): StoredRecord | undefined | Promise<StoredRecord | undefined> {
    if (value == null) return undefined;
    const record = parseRecord(digest, value);
    return record.body === undefined ? this.#readSettled(digest) : this.#shared.clock.stamp(record, time);
  }

  async #readSettled(digest: string): Promise<StoredRecord | undefined> {
    const time = this.#shared.clock.now();
    const value = await this.#getAlone(this.#keys.record(digest));
    return value == null ? undefined : this.#shared.clock.stamp(parseRecord(digest, value), time);
  }

  /**
   * The value once no write of this process is under way at the key. Some drivers write in place, so
   * that a read meanwhile sees half of it: what looks damaged is read again before it counts as that.
   */
  #getAlone(key: string): Promise<unknown> {
    return this.#shared.queue.run([key], () => this.#storage.get(key));
  }
}

async function inBatches<Item>(items: readonly Item[], task: (item: Item) => Promise<void>): Promise<void> {
  for (let start = 0; start < items.length; start += REMOVE_BATCH) {
    await Promise.all(items.slice(start, start + REMOVE_BATCH).map(task));
  }
}
