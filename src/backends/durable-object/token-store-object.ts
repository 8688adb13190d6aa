import { DurableObject } from "cloudflare:workers";
import type { IndexName } from "../../backend.ts";
import { LockQueue } from "./lock-queue.ts";
import type { ObjectContext } from "./object-storage.ts";
import type { Answer, Commit, LockCalls, RecordCalls, RecordPage, RecordRow } from "./protocol.ts";
import { RecordTable } from "./record-table.ts";

/** What runs in the object: records of one store, or one lock. It sees digests and sealed bodies only. */
export class TokenStoreObject extends DurableObject implements RecordCalls, LockCalls {
  declare readonly __DURABLE_OBJECT_BRAND: never;
  readonly #records: RecordTable;
  readonly #lock: LockQueue;

  constructor(context: ObjectContext, env: unknown) {
    super(context, env);
    this.#records = new RecordTable(context.storage);
    this.#lock = new LockQueue(context.storage);
  }

  async readRecord(shard: number, key: string): Promise<Answer<RecordRow | undefined>> {
    return this.#answer(shard, () => this.#records.read(key));
  }

  async lookUpRecords(shard: number, index: IndexName, digest: string): Promise<Answer<RecordRow[]>> {
    return this.#answer(shard, () => this.#records.lookup(index, digest));
  }

  async commitRecord(shard: number, commit: Commit): Promise<Answer<boolean>> {
    return this.#answer(shard, () => this.#records.commit(shard, commit));
  }

  async listRecords(shard: number, after: string, limit: number): Promise<Answer<RecordPage>> {
    return this.#answer(shard, () => this.#records.page(after, limit));
  }

  async clearRecords(shard: number): Promise<Answer<void>> {
    return this.#answer(shard, () => this.#records.clear());
  }

  acquireLock(token: string, leaseMs: number): Promise<boolean> {
    return this.#lock.acquire(token, leaseMs);
  }

  renewLock(token: string, leaseMs: number): Promise<boolean> {
    return this.#lock.renew(token, leaseMs);
  }

  releaseLock(token: string): Promise<void> {
    return this.#lock.release(token);
  }

  async readNote(): Promise<string | undefined> {
    return this.#lock.readNote();
  }

  writeNote(text: string, ttlMs: number): Promise<void> {
    return this.#lock.writeNote(text, ttlMs);
  }

  alarm(): Promise<void> {
    return this.#lock.alarm();
  }

  /** With another number of objects most records would lie in another one, and seem to be gone. */
  #answer<Result>(shard: number, call: () => Result): Answer<Result> {
    const spreadOver = this.#records.shard;
    return spreadOver !== undefined && spreadOver !== shard ? { spreadOver } : { result: call() };
  }
}
