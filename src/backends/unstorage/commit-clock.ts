import type { StoredRecord } from "../../backend.ts";
import { RecordCopy } from "./record-copy.ts";

/** How many records' last commits are remembered one by one. */
const REMEMBERED = 1024;

/** A record that knows when it was read. */
class TimedRecord extends RecordCopy {
  readonly #time: number;

  constructor(record: StoredRecord, time: number) {
    super(record);
    this.#time = time;
  }

  /** Of any other record: before all. */
  static timeOf(record: StoredRecord): number {
    return #time in record ? record.#time : -1;
  }
}

/**
 * Tells, within this process and without another read, whether a record was committed since it was
 * read. Storages that can't compare before they write get from it that no two saves of one process
 * overwrite each other.
 */
export class CommitClock {
  #time = 0;
  /** Reads older than this count as outdated: what they could have missed is no longer remembered. */
  #floor = 0;
  readonly #committed = new Map<string, number>();

  /** Take it before the read is sent: a commit that ends while the read is on its way counts as later. */
  now(): number {
    return this.#time;
  }

  stamp(record: StoredRecord, time: number): StoredRecord {
    return new TimedRecord(record, time);
  }

  /** Call it when the write of the record is over, also when it failed: it may have arrived. */
  committed(key: string): void {
    this.#committed.delete(key);
    this.#committed.set(key, ++this.#time);
    if (this.#committed.size <= REMEMBERED) return;
    const [oldest, time] = this.#committed.entries().next().value!;
    this.#committed.delete(oldest);
    this.#floor = time;
  }

  isOutdated(record: StoredRecord): boolean {
    const read = TimedRecord.timeOf(record);
    return read < this.#floor || read < (this.#committed.get(record.key) ?? 0);
  }
}
