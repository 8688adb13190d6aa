import { parseRecord } from "../../backend.ts";
import type { IndexCheck, IndexCheckOptions, StoredRecord } from "../../backend.ts";
import type { OrphanSweeper } from "./orphan-sweeper.ts";
import type { CheckedStorage } from "./checked-storage.ts";
import { pointerKeys } from "./commit-plan.ts";
import type { Keys } from "./keys.ts";
import { isPointerList, pointersOf } from "./pointers.ts";
import type { Pointer } from "./pointers.ts";

export interface PointerCheckParts {
  readonly storage: CheckedStorage;
  readonly keys: Keys;
  /** Runs the task while nobody else writes to these pointers: in this process and, in a repair, as far as the engine lets that be had. */
  readonly alone: <Result>(pointerKeys: readonly string[], task: () => Promise<Result>) => Promise<Result>;
  /** Whether a read sees every write that was over before it began. */
  readonly strong: boolean;
  /** All keys below which pointers lie. */
  readonly list: () => Promise<readonly string[]>;
  /** Of drivers that keep files of their own. */
  readonly sweepOrphans: OrphanSweeper["sweepOrphans"] | undefined;
  /** Writes the pointers that don't lead to the record yet. */
  readonly complete: (record: StoredRecord, wanted: readonly string[]) => Promise<void>;
}

type Verdict = "sound" | "stale" | "wrong" | "dangling";

/**
 * Compares pointers with records where each is a key of its own.
 *
 * A save writes its record before its pointers. So a pointer that was read before its record, and does not fit
 * it, fits no more. That holds where reads are never old. Where they may be, only a version tells: the pointer
 * of an older version than the record's is stale, and all others stay, above all those whose record seems to
 * be missing.
 *
 * Where the engine keeps no other process away, one can write a pointer list between this check's read and its
 * write. What the pass over the pointers loses by that, the caller's pass over the records finds, which comes later.
 */
export class PointerCheck implements IndexCheck {
  readonly #parts: PointerCheckParts;
  readonly #options: IndexCheckOptions;
  readonly #damaged = new Set<string>();

  constructor(parts: PointerCheckParts, options: IndexCheckOptions) {
    this.#parts = parts;
    this.#options = options;
  }

  async *entries({ pageSize }: { pageSize: number }): AsyncGenerator<void> {
    const { keys, storage, list } = this.#parts;
    const pointerKeysListed = (await list()).filter((key) => keys.isPointer(key));
    for (let start = 0; start < pointerKeysListed.length; start += pageSize) {
      const page = pointerKeysListed.slice(start, start + pageSize);
      const values = await storage.getAll(page);
      const lists = page.map((pointerKey, position) => ({ pointerKey, value: values[position] }));
      const records = await this.#recordsOf(lists.flatMap(({ value }) => pointersOf(value)));
      for (const { pointerKey, value } of lists) {
        if (value == null) continue;
        this.#options.counts.pointers += pointersOf(value).length;
        if (await this.#isSound(pointerKey, value, records)) continue;
        await this.#settle(pointerKey);
      }
      yield;
    }
  }

  async record(listed: StoredRecord): Promise<void> {
    let record: StoredRecord | undefined = listed;
    // Again where it was saved meanwhile, with other values.
    while (record && record.body !== undefined) record = await this.#completeRecord(record);
  }

  async finish(): Promise<void> {
    await this.#removeDamaged();
    const { counts, repair } = this.#options;
    const orphans = await this.#parts.sweepOrphans?.({ remove: repair });
    counts.orphans += orphans?.found ?? 0;
    counts.repaired += orphans?.removed ?? 0;
  }

  async #removeDamaged(): Promise<void> {
    const { alone, storage, strong } = this.#parts;
    if (!this.#options.repair || !strong) return;
    // No record asked for these, so they hold nothing that can be rebuilt.
    for (const pointerKey of this.#damaged) {
      await alone([pointerKey], async () => {
        const value = await storage.get(pointerKey);
        if (value == null || isPointerList(value)) return;
        await storage.remove(pointerKey);
        this.#options.counts.repaired++;
      });
    }
  }

  /** Those that are there. It waits for nobody: a commit may be waiting for the pointers that are held here. */
  async #read(digests: readonly string[]): Promise<StoredRecord[]> {
    const { keys, storage } = this.#parts;
    const values = await storage.getAll(digests.map((digest) => keys.record(digest)));
    return digests.flatMap((digest, position) => (values[position] == null ? [] : parseRecord(digest, values[position])));
  }

  async #recordsOf(pointers: readonly Pointer[]): Promise<ReadonlyMap<string, StoredRecord>> {
    const records = await this.#read([...new Set(pointers.map(({ key }) => key))]);
    return new Map(records.map((record) => [record.key, record]));
  }

  async #isSound(pointerKey: string, value: unknown, records: ReadonlyMap<string, StoredRecord>): Promise<boolean> {
    if (!isPointerList(value)) return false;
    for (const [position, pointer] of value.pointers.entries()) {
      if ((await this.#judge(pointerKey, pointer, value.pointers.slice(0, position), records)) !== "sound") return false;
    }
    return true;
  }

  async #judge(
    pointerKey: string,
    { key, version }: Pointer,
    before: readonly Pointer[],
    records: ReadonlyMap<string, StoredRecord>,
  ): Promise<Verdict> {
    const record = records.get(key);
    if (!record) return "dangling";
    if (before.some((pointer) => pointer.key === key)) return "stale";
    const { index, digest } = this.#parts.keys.pointerEntry(pointerKey)!;
    if (record.body === undefined || record.index[index] === digest) return "sound";
    // Of a record that can't be opened nothing is believed, and nothing that may lead to it is removed.
    if (!(await this.#options.isReadable(record))) return "sound";
    return record.version > version ? "stale" : "wrong";
  }

  /** What looked wrong, looked at again with nobody of this process at work on it; and mended. */
  async #settle(pointerKey: string): Promise<void> {
    const { alone, storage } = this.#parts;
    const { counts, repair } = this.#options;
    const removed = await alone([pointerKey], async () => {
      const value = await storage.get(pointerKey);
      if (value == null) return [];
      if (!isPointerList(value)) {
        this.#noteDamaged(pointerKey);
        return [];
      }
      const { kept, dropped } = await this.#sift(pointerKey, value.pointers);
      if (!repair || dropped.length === 0) return [];
      await (kept.length > 0 ? storage.set(pointerKey, { pointers: kept }) : storage.remove(pointerKey));
      counts.repaired += dropped.length;
      return dropped;
    });
    // A save of another process may have made one of them right in between.
    for (const record of await this.#read(removed.map(({ key }) => key))) {
      if (pointerKeys(this.#parts.keys, record).includes(pointerKey)) await this.#completeRecord(record);
    }
  }

  async #sift(pointerKey: string, pointers: readonly Pointer[]): Promise<{ kept: Pointer[]; dropped: Pointer[] }> {
    const records = await this.#recordsOf(pointers);
    const kept: Pointer[] = [];
    const dropped: Pointer[] = [];
    for (const pointer of pointers) {
      const verdict = await this.#judge(pointerKey, pointer, kept, records);
      if (verdict !== "sound") this.#options.counts[verdict]++;
      if (verdict === "stale" || (verdict !== "sound" && this.#parts.strong)) dropped.push(pointer);
      else kept.push(pointer);
    }
    return { kept, dropped };
  }

  /** Undefined when done; else the record as it is by now. */
  async #completeRecord(listed: StoredRecord): Promise<StoredRecord | undefined> {
    const { keys, alone } = this.#parts;
    const { repair } = this.#options;
    const wanted = pointerKeys(keys, listed);
    const outcome = await alone(wanted, async () => {
      const [record] = await this.#read([listed.key]);
      if (!record || !sameKeys(pointerKeys(keys, record), wanted)) return { changed: record };
      const incomplete = await this.#countMissing(record, wanted);
      if (incomplete && repair) await this.#parts.complete(record, wanted);
      return { written: incomplete && repair };
    });
    if (!outcome.written) return outcome.changed;
    // Deleted or saved by another process in between: what was just written may lead astray by now.
    const [record] = await this.#read([listed.key]);
    const still = pointerKeys(keys, record);
    if (sameKeys(still, wanted)) return undefined;
    for (const pointerKey of wanted) if (!still.includes(pointerKey)) await this.#settle(pointerKey);
    return record;
  }

  async #countMissing({ key }: StoredRecord, wanted: readonly string[]): Promise<boolean> {
    const { counts, repair } = this.#options;
    const values = await this.#parts.storage.getAll(wanted);
    let incomplete = false;
    for (const [position, pointerKey] of wanted.entries()) {
      const value = values[position];
      if (value != null && !isPointerList(value)) {
        this.#noteDamaged(pointerKey);
        // Rebuilt from here on: the other records that it led to count as missing.
        if (repair) this.#damaged.delete(pointerKey);
      } else if (pointersOf(value).some((pointer) => pointer.key === key)) {
        continue;
      } else {
        counts.missing++;
      }
      incomplete = true;
      if (repair) counts.repaired++;
    }
    return incomplete;
  }

  #noteDamaged(pointerKey: string): void {
    if (!this.#damaged.has(pointerKey)) this.#options.counts.damaged++;
    this.#damaged.add(pointerKey);
  }
}

function sameKeys(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((key) => right.includes(key));
}
