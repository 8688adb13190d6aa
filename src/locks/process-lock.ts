import { KeyedQueue } from "../keyed-queue.ts";
import type { Lock, LockNotes, LockRequestOptions } from "./lock.ts";
import { MemoryNotes } from "./memory-notes.ts";
import { Waiting } from "./waiting.ts";

/** A lock among all that hold this object, within one process: first come, first served. */
export function createProcessLock(): Lock {
  return new ProcessLock();
}

class ProcessLock implements Lock {
  readonly notes: LockNotes = new MemoryNotes();
  readonly #queue = new KeyedQueue();

  async request<Result>(name: string, options: LockRequestOptions, callback: () => Promise<Result>): Promise<Result> {
    const waiting = new Waiting(name, options);
    return new Promise<Result>((resolve, reject) => {
      waiting.signal.addEventListener("abort", () => reject(waiting.signal.reason as Error));
      const turn = async (): Promise<void> => {
        // Whoever has left the queue is passed over.
        if (waiting.signal.aborted) return;
        waiting.end();
        try {
          resolve(await callback());
        } catch (error) {
          reject(error);
        }
      };
      this.#queue.run([name], turn).catch(reject);
    });
  }
}
