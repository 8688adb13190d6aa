import { abortable } from "../abortable.ts";
import { assertNamespace, callObject } from "../backends/durable-object/object-call.ts";
import type { LockCalls, ObjectNamespace } from "../backends/durable-object/protocol.ts";
import { refuseUnknown } from "../options.ts";
import { parseLeaseMs } from "./lease.ts";
import type { Lock, LockNotes, LockRequestOptions } from "./lock.ts";
import { Waiting } from "./waiting.ts";

/** How long whoever gives up or is done waits for the object to hear of it; the lease bounds what it has not heard. */
const LEAVE_MS = 1_000;

/** How long a lock outlives its holder. */
export interface DurableObjectLockOptions {
  /**
   * How long a holder that died keeps the lock, in milliseconds, 100 to 600,000; default 10,000. While the callback runs, the
   * lease is renewed each third of that.
   */
  leaseMs?: number;
}

/**
 * A lock in Durable Objects, one object each name: first come, first served, for whoever has the binding. It is on disk, so
 * that a restart of the object neither frees the lock nor loses the queue.
 *
 * A holder that can't renew its lease, since it is frozen or cut off, loses the lock while its callback runs on: compare
 * versions where that matters, as `saveToken` does.
 *
 * Beside what every lock throws, a request rejects with `ERR_STORE_UNAVAILABLE` or `ERR_STORE_RATE_LIMITED` where the object
 * fails, and the callback has not run.
 *
 * @param namespace the Worker's binding to the class `TokenStoreObject`
 * @throws {OptionInvalidError} on an unknown option or one of the wrong type, or where `namespace` is no such binding
 */
export function createDurableObjectLock(namespace: ObjectNamespace, options: DurableObjectLockOptions = {}): Lock {
  refuseUnknown(options, ["leaseMs"]);
  const leaseMs = parseLeaseMs((options as DurableObjectLockOptions).leaseMs);
  assertNamespace(namespace);
  return new DurableObjectLock(namespace, leaseMs);
}

class DurableObjectLock implements Lock {
  readonly notes: LockNotes;
  readonly #objects: ObjectNamespace;
  readonly #leaseMs: number;

  constructor(objects: ObjectNamespace, leaseMs: number) {
    this.#objects = objects;
    this.#leaseMs = leaseMs;
    this.notes = {
      read: (name) => this.#call(name, (object) => object.readNote()),
      write: (name, text, ttlMs) => this.#call(name, (object) => object.writeNote(text, ttlMs)),
    };
  }

  async request<Result>(name: string, options: LockRequestOptions, callback: () => Promise<Result>): Promise<Result> {
    const waiting = new Waiting(name, options);
    const token = crypto.randomUUID();
    const acquiring = this.#acquire(name, token, waiting.signal);
    try {
      await abortable(acquiring, waiting.signal);
    } catch (error) {
      await this.#leave(name, token);
      // What was under way may have come to the object only after that.
      if (waiting.signal.aborted) void acquiring.catch(() => {}).then(() => this.#leave(name, token));
      throw error;
    } finally {
      waiting.end();
    }
    const renewal = setInterval(() => void this.#renew(name, token), this.#leaseMs / 3);
    try {
      return await callback();
    } finally {
      clearInterval(renewal);
      await this.#leave(name, token);
    }
  }

  async #acquire(name: string, token: string, ended: AbortSignal): Promise<void> {
    while (!(await this.#call(name, (object) => object.acquireLock(token, this.#leaseMs), ended)));
  }

  /** What fails now is tried again at the next turn; what is lost is lost: see {@link createDurableObjectLock}. */
  async #renew(name: string, token: string): Promise<void> {
    await this.#call(name, (object) => object.renewLock(token, this.#leaseMs)).catch(() => {});
  }

  async #leave(name: string, token: string): Promise<void> {
    const left = this.#call(name, (object) => object.releaseLock(token)).catch(() => {});
    let timer: ReturnType<typeof setTimeout> | undefined;
    await Promise.race([left, new Promise((resolve) => (timer = setTimeout(resolve, LEAVE_MS)))]);
    clearTimeout(timer);
  }

  #call<Result>(name: string, call: (object: LockCalls) => Promise<Result>, signal?: AbortSignal): Promise<Result> {
    return callObject(this.#objects, `lock:${name}`, call, signal);
  }
}
