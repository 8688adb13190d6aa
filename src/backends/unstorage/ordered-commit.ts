import { isSameRecord, parseRecord } from "../../backend.ts";
import type { StoredRecord } from "../../backend.ts";
import type { CheckedStorage } from "./checked-storage.ts";
import type { CommitClock } from "./commit-clock.ts";
import { isUnchanged, pointerKeys, recordValue } from "./commit-plan.ts";
import type { CommitPlan } from "./commit-plan.ts";
import { coordinationOf } from "./coordination.ts";
import type { Keys } from "./keys.ts";
import type { NativeAccess } from "./native-access.ts";
import { pointersOf, withoutPointer, withPointer } from "./pointers.ts";
import type { Pointer } from "./pointers.ts";
import { settleAll } from "./settle-all.ts";
import { afterWrites } from "./store-errors.ts";

type PointerLists = ReadonlyMap<string, readonly Pointer[]>;
type PointerValues = readonly unknown[] | undefined;

/**
 * Commits on a storage that can only get, set and remove one key at a time.
 *
 * The order of writes carries the safety: the record, then new pointers, then the removal of stale
 * ones. A consumed refresh token can't be had again, a missing pointer can be rebuilt: so the record
 * goes first, and a crash in between leaves pointers that lead nowhere but never a lost token.
 *
 * The caller sees to it that nobody else in this process writes to the plan's keys meanwhile.
 */
export class OrderedCommit {
  readonly #storage: CheckedStorage;
  readonly #keys: Keys;

  constructor(storage: CheckedStorage, keys: Keys) {
    this.#storage = storage;
    this.#keys = keys;
  }

  get #clock(): CommitClock {
    return coordinationOf(this.#storage.driver).clock;
  }

  async commit(plan: CommitPlan, { exclusive, readPointers }: NativeAccess): Promise<boolean> {
    const { previous, next, inserts } = plan;
    if (previous && this.#clock.isOutdated(previous)) return false;
    // Worth it where nobody in another process can write in between.
    if (previous && exclusive && !isUnchanged(previous, await this.#storage.get(this.#keys.record(previous.key)))) return false;
    if (inserts && (await this.#storage.get(this.#keys.record(next!.key))) != null) return false;
    if (next) await this.writeRecord(next);
    else await this.removeRecord(previous!.key);
    // Not before the record is written: what another process takes away from then on, it finds to be wanted and restores.
    await this.#moveIndex(plan, readPointers?.(plan)).catch((error: unknown) => {
      throw afterWrites(error);
    });
    return true;
  }

  /** Writes the pointers that don't lead to the record yet. */
  async completeIndex(record: StoredRecord, wanted: readonly string[]): Promise<void> {
    const pointers = await this.#readPointers(wanted);
    await this.#addPointers(record, wanted, pointers, wanted).catch((error: unknown) => {
      throw afterWrites(error);
    });
  }

  async writeRecord(record: StoredRecord): Promise<void> {
    try {
      await this.#storage.set(this.#keys.record(record.key), recordValue(record));
    } finally {
      this.#clock.committed(record.key);
    }
  }

  async removeRecord(key: string): Promise<void> {
    try {
      await this.#storage.remove(this.#keys.record(key));
    } finally {
      this.#clock.committed(key);
    }
  }

  async #moveIndex({ previous, next, wanted, stale, inserts }: CommitPlan, native?: Promise<PointerValues>): Promise<void> {
    const pointers = await this.#readPointers([...wanted, ...stale], native);
    if (next) await this.#addPointers(next, wanted, pointers, inserts ? [] : pointerKeys(this.#keys, previous));
    await settleAll(
      stale.map((pointerKey) => {
        const others = withoutPointer(pointers.get(pointerKey)!, previous!.key);
        return others.length > 0 ? this.#storage.set(pointerKey, { pointers: others }) : this.#storage.remove(pointerKey);
      }),
    );
    // A record that moved leaves last: until then whoever moves it can begin again, and clean up.
    if (previous && inserts) await this.removeRecord(previous.key);
    if (stale.length > 0 && !keepsAccount(previous, next)) await this.#restorePointers(previous, next);
  }

  /**
   * Another process may have written the record meanwhile, and rely on pointers that were removed here. Whoever
   * removed one last sees that record, so whatever the order, the pointers to the one that stays are there.
   */
  async #restorePointers(previous: StoredRecord | undefined, next: StoredRecord | undefined): Promise<void> {
    const { key } = (next ?? previous)!;
    const value = await this.#storage.get(this.#keys.record(key));
    if (value == null) return;
    const stored = parseRecord(key, value);
    // An eventually consistent storage may still show what was there before.
    if (stored.body === undefined || [previous, next].some((record) => record && isSameRecord(stored, record))) return;
    const wanted = pointerKeys(this.#keys, stored);
    await this.#addPointers(stored, wanted, await this.#readPointers(wanted), wanted);
  }

  /**
   * New pointers, and what a crash kept an earlier save from writing. A pointer that is new to the record is
   * written even where one leads there: it may be an old one, that a check in another process is removing.
   */
  async #addPointers(
    { key, version }: StoredRecord,
    wanted: readonly string[],
    pointers: PointerLists,
    kept: readonly string[],
  ): Promise<void> {
    const leads = (pointerKey: string): boolean => pointers.get(pointerKey)!.some((pointer) => pointer.key === key);
    const missing = wanted.filter((pointerKey) => !kept.includes(pointerKey) || !leads(pointerKey));
    await settleAll(
      missing.map((pointerKey) => {
        const others = withoutPointer(pointers.get(pointerKey)!, key);
        return this.#storage.set(pointerKey, withPointer(others, { key, version }));
      }),
    );
  }

  /** `native`: their values, where they may be had in another way. */
  async #readPointers(lists: readonly string[], native?: Promise<PointerValues>): Promise<PointerLists> {
    const values = (await native) ?? (await this.#storage.getAll(lists));
    // A damaged list is replaced by the save that meets it; whom else it led to is not known.
    return new Map(lists.map((pointerKey, position) => [pointerKey, pointersOf(values[position])]));
  }
}

/** Then the record is found by its account whatever else was removed, and a refresh costs no further read. */
function keepsAccount(previous: StoredRecord | undefined, next: StoredRecord | undefined): boolean {
  const account = next?.index.account;
  return account !== undefined && account === previous?.index.account && next?.index.user === previous.index.user;
}
