import { createStorage } from "unstorage";
import cloudflareKVBindingDriver from "unstorage/drivers/cloudflare-kv-binding";
import { vi } from "vitest";
import { createUnstorageTokenStore } from "../../src/backends/unstorage/index.ts";
import type { EdgeTokenStore, TokenStoreOptions } from "../../src/index.ts";
import { SECRET } from "../conformance/unstorage-fixture.ts";
import { DelayedKV } from "./delayed-kv.ts";

/** One simulated KV and stores at its locations, under Vitest's fake timers, which are its clock too. */
export interface DelayedKVWorld {
  readonly kv: DelayedKV;
  open(location: string, options?: TokenStoreOptions): EdgeTokenStore;
  /** Lets simulated time pass until the task is over. */
  run<Result>(task: Promise<Result>): Promise<Result>;
  /** Lets this much time pass. */
  wait(milliseconds: number): Promise<void>;
}

/** Call it between `vi.useFakeTimers()` and `vi.useRealTimers()`. */
export function delayedKVWorld(seed = 1, latencyMs?: number): DelayedKVWorld {
  const random = seededRandom(seed);
  const kv = new DelayedKV({ now: Date.now, random, ...(latencyMs ? { latencyMs: () => random() * latencyMs } : {}) });
  return {
    kv,
    open: (location, options = {}) => {
      const driver = cloudflareKVBindingDriver({ binding: kv.at(location) as never });
      return createUnstorageTokenStore(createStorage({ driver }), { secret: SECRET, ...options });
    },
    async run(task) {
      const state = { over: false };
      const settled = task.finally(() => void (state.over = true));
      settled.catch(() => {});
      while (!state.over) await vi.advanceTimersToNextTimerAsync();
      return settled;
    },
    wait: async (milliseconds) => void (await vi.advanceTimersByTimeAsync(milliseconds)),
  };
}

/** Numbers from 0 up to 1, the same for the same seed (mulberry32). */
function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
