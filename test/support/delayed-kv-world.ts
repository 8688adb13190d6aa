import { createStorage } from "unstorage";
import cloudflareKVBindingDriver from "unstorage/drivers/cloudflare-kv-binding";
import { vi } from "vitest";
import { createUnstorageTokenStore } from "../../src/backends/unstorage/index.ts";
import { DelayedKV, seededRandom } from "../../src/testing/index.ts";
import type { EdgeTokenStore, TokenStoreOptions } from "../../src/index.ts";
import { SECRET } from "../conformance/unstorage-fixture.ts";

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
