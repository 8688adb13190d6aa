import type { Driver } from "unstorage";
import type { StoredRecord } from "../../backend.ts";
import { REGISTER_KEY } from "../../sealing/key-register.ts";
import type { CheckedStorage } from "./checked-storage.ts";
import type { CommitPlan } from "./commit-plan.ts";
import type { Keys } from "./keys.ts";

/**
 * What the client or database under a driver does in one step, where unstorage's own interface takes one
 * key at a time. What is absent goes through the driver.
 */
export interface NativeAccess {
  /** Whether a record and its pointers change together, and only over what was read, across processes. */
  readonly atomic: boolean;
  /** False where what the driver keeps is gone with the process, which the driver's name does not tell. */
  readonly persistent?: boolean;
  /** Compares and writes; false where the stored record is not `plan.previous`, or the key to insert under is taken. */
  readonly commit?: (plan: CommitPlan) => Promise<boolean>;
  /** Whether a commit is one command, so that two of one process need not wait for each other; default false. */
  readonly oneCommand?: boolean;
  /** Runs the task while nobody else, in any process, writes to these keys of the storage; then the ordered commit compares for itself. */
  readonly exclusive?: <Result>(keys: readonly string[], task: () => Promise<Result>) => Promise<Result>;
  /** Writes the pointers that don't lead to the record yet. */
  readonly completeIndex?: (record: StoredRecord, wanted: readonly string[]) => Promise<void>;
  /** Those of the records under these digests that are there. */
  readonly read?: (digests: readonly string[]) => Promise<StoredRecord[]>;
  /** One of them; `known` as in `Backend.read`. */
  readonly readOne?: (digest: string, known: StoredRecord | undefined) => Promise<StoredRecord | undefined>;
  /** The records that the pointers under this key lead to, in one trip; `known` as in `Backend.lookup`. */
  readonly lookup?: (pointerKey: string, known?: (digest: string) => StoredRecord | undefined) => Promise<StoredRecord[]>;
  /** All keys below the base, where the driver's own list does not give all. */
  readonly list?: (base: string) => Promise<string[]>;
  /** The same in pages, each asked for when the one before it has been used, so that no listing outgrows its caller. */
  readonly listPages?: (base: string) => AsyncIterable<readonly string[]>;
  /** The values under the keys, in their order, in fewer requests than one for each. */
  readonly getAll?: (keys: readonly string[]) => Promise<unknown[]>;
  /**
   * The values under `plan.wanted` and `plan.stale`, in that order, once the record is written; undefined where the answer does not itself
   * prove that it comes from there.
   */
  readonly readPointers?: (plan: CommitPlan) => Promise<unknown[] | undefined>;
  /** The text under a key of the storage; of access that goes round unstorage, which may keep a key elsewhere. */
  readonly readText?: (key: string) => Promise<string | null>;
  /** What serves where, or as long as, `readText` has not proven to lead to the same place as the storage; default nothing. */
  readonly fallback?: NativeAccess;
}

export interface NativeParts {
  readonly driver: Driver;
  readonly storage: CheckedStorage;
  readonly keys: Keys;
  /** The driver's own key of a key of the storage. */
  readonly driverKey: (key: string) => string;
}

/** Asked in turn what they make of `driver.getInstance()`: by what it can do, never by the driver's name. */
export type NativeDetector = (instance: unknown, parts: NativeParts) => NativeAccess | undefined | Promise<NativeAccess | undefined>;

const NONE: NativeAccess = { atomic: false };

/** How often the register is compared, where others may be writing it meanwhile. */
const COMPARISONS = 3;

/** Finds out, on first use, how the storage under a driver can be reached past it. */
export class NativeAccessFinder {
  readonly #detectors: readonly NativeDetector[];
  readonly #storage: CheckedStorage;
  readonly #keys: Keys;
  #candidate: NativeAccess | undefined;
  #finding: Promise<NativeAccess> | undefined;
  #settled: NativeAccess | undefined;

  constructor(detectors: readonly NativeDetector[], storage: CheckedStorage, keys: Keys) {
    this.#detectors = detectors;
    this.#storage = storage;
    this.#keys = keys;
  }

  /** Undefined as long as it is not known: nothing was read or written yet. */
  get settled(): NativeAccess | undefined {
    return this.#settled;
  }

  async find(): Promise<NativeAccess> {
    if (this.#settled) return this.#settled;
    this.#finding ??= this.#find().finally(() => (this.#finding = undefined));
    return this.#finding;
  }

  async #find(): Promise<NativeAccess> {
    // What can't be told now fails the call: without it, a storage that compares would be written to without comparing.
    this.#candidate ??= await this.#storage.attempt("read", () => this.#detect());
    const { readText, fallback = NONE } = this.#candidate;
    const proven = readText ? await this.#proves(readText) : true;
    if (proven !== undefined) this.#settled = proven ? this.#candidate : fallback;
    return this.#settled ?? fallback;
  }

  async #detect(): Promise<NativeAccess> {
    const { driver, driverKey } = this.#storage;
    const instance: unknown = await driver.getInstance?.();
    if (!instance) return NONE;
    for (const detect of this.#detectors) {
      const access = await detect(instance, { driver, storage: this.#storage, keys: this.#keys, driverKey });
      if (access) return access;
    }
    return NONE;
  }

  /**
   * Whether both ways lead to the same place. A driver may keep its values where its client alone does not
   * look for them, so one that is there before any token is read both ways: the key register, which no
   * other namespace has the same of. Undefined where it is not there yet, or damaged.
   */
  async #proves(readText: (key: string) => Promise<string | null>): Promise<boolean | undefined> {
    const key = this.#keys.record(REGISTER_KEY);
    for (let count = 0; count < COMPARISONS; count++) {
      const value = await this.#storage.get(key);
      if (value == null || !isUnique(value)) return undefined;
      if (JSON.stringify(value) === (await readText(key))) return true;
    }
    return false;
  }
}

function isUnique(register: unknown): boolean {
  const { body } = register as { body?: { nonce?: unknown } | null };
  return typeof body?.nonce === "string";
}
