import type { Backend, IndexName, StoredRecord } from "../../backend.ts";
import { OptionInvalidError, TokenInvalidError } from "../../errors.ts";
import { REGISTER_KEY } from "../../sealing/key-register.ts";
import { callObject } from "./object-call.ts";
import type { Answer, ObjectNamespace, RecordCalls } from "./protocol.ts";
import { fitsRow, fromRow, toRow } from "./record-row.ts";
import { shardOf } from "./shards.ts";

export interface DurableObjectBackendOptions {
  /** Whether records can move to another key, as they do when the secret changes. */
  readonly moving: boolean;
  readonly shard: number;
}

/** The port over RPC: each record with its index in one object, which compares and writes in one transaction. */
export class DurableObjectBackend implements Backend {
  readonly capabilities: Backend["capabilities"];
  readonly comparesBodies = true;
  readonly #objects: ObjectNamespace;
  readonly #namespace: string;
  readonly #shard: number;

  constructor(objects: ObjectNamespace, namespace: string, { moving, shard }: DurableObjectBackendOptions) {
    this.#objects = objects;
    this.#namespace = namespace;
    this.#shard = shard;
    this.capabilities = {
      engine: "durable-object",
      // A record that moves to another object does so in two steps: see #move.
      atomic: shard === 1 || !moving,
      consistency: "strong",
      durable: true,
      ttl: false,
      persistent: true,
    };
  }

  async read(key: string): Promise<StoredRecord | undefined> {
    const row = await this.#call(this.#objectOf(key), (object) => object.readRecord(this.#shard, key));
    return row && fromRow(row);
  }

  async lookup(index: IndexName, digest: string): Promise<StoredRecord[]> {
    const found = this.#everyObject().map((number) => this.#call(number, (object) => object.lookUpRecords(this.#shard, index, digest)));
    return (await Promise.all(found)).flat().map(fromRow);
  }

  async commit(previous: StoredRecord | undefined, next: StoredRecord | undefined): Promise<boolean> {
    if (next) this.assertFits(next);
    if (previous && next && this.#objectOf(previous.key) !== this.#objectOf(next.key)) return this.#move(previous, next);
    return this.#commit(previous, next);
  }

  assertFits(record: StoredRecord): void {
    if (fitsRow(record)) return;
    throw new TokenInvalidError("The token is too large: sealed, a Durable Object takes up to 2 MB of it. Nothing was written.");
  }

  async *scan({ pageSize }: { pageSize: number }): AsyncGenerator<StoredRecord[]> {
    for (const number of this.#everyObject()) {
      for (let after = "", more = true; more;) {
        const page = await this.#call(number, (object) => object.listRecords(this.#shard, after, pageSize));
        const records = page.rows.filter(({ key }) => key !== REGISTER_KEY).map(fromRow);
        if (records.length > 0) yield records;
        after = page.rows.at(-1)?.key ?? after;
        more = page.more;
      }
    }
  }

  async clear(): Promise<void> {
    const [first, ...others] = this.#everyObject();
    await Promise.all(others.map((number) => this.#call(number, (object) => object.clearRecords(this.#shard))));
    // Last: until all is gone, the register in it tells with which secrets it was written.
    await this.#call(first!, (object) => object.clearRecords(this.#shard));
  }

  /** The binding is the Worker's: nothing to close. */
  async close(): Promise<void> {}

  /**
   * The new record first: a crash before the old one is gone leaves the token twice, and the one under the current secret
   * counts. Where the old one was changed or deleted meanwhile, the new one is taken back.
   */
  async #move(previous: StoredRecord, next: StoredRecord): Promise<boolean> {
    if (!(await this.#commit(undefined, next))) return false;
    if (await this.#commit(previous, undefined)) return true;
    await this.#commit(next, undefined);
    return false;
  }

  #commit(previous: StoredRecord | undefined, next: StoredRecord | undefined): Promise<boolean> {
    const { key } = (previous ?? next)!;
    const commit = { previous: previous && toRow(previous), next: next && toRow(next) };
    return this.#call(this.#objectOf(key), (object, repeated) => object.commitRecord(this.#shard, { ...commit, repeated }));
  }

  #objectOf(key: string): number {
    return shardOf(key, this.#shard);
  }

  #everyObject(): number[] {
    return Array.from({ length: this.#shard }, (_, number) => number);
  }

  async #call<Result>(number: number, call: (object: RecordCalls, repeated: boolean) => Promise<Answer<Result>>): Promise<Result> {
    const answer = await callObject(this.#objects, `store:${this.#namespace}:${number}`, call);
    if ("result" in answer) return answer.result;
    throw new OptionInvalidError(
      `The tokens in this namespace are spread over ${answer.spreadOver} objects: give shard: ${answer.spreadOver}, or choose another namespace.`,
    );
  }
}
