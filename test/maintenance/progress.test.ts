import "fake-indexeddb/auto";
import { createStorage } from "unstorage";
import memoryDriver from "unstorage/drivers/memory";
import { describe, expect, it } from "vitest";
import { createIndexedDBTokenStore } from "../../src/backends/indexeddb/index.ts";
import { createUnstorageTokenStore } from "../../src/backends/unstorage/index.ts";
import { createMemoryTokenStore } from "../../src/index.ts";
import type { EdgeTokenStore, TokenStoreOptions } from "../../src/index.ts";
import { checkTokens, rotateSecret, sweepTokens } from "../../src/maintenance/index.ts";
import type { CheckReport, SweepReport } from "../../src/maintenance/index.ts";
import { expectCode, manualClock, unique } from "../conformance/fixture.ts";
import { SECRET } from "../conformance/unstorage-fixture.ts";

const ENGINES: [string, (options?: TokenStoreOptions) => EdgeTokenStore][] = [
  ["memory", (options) => createMemoryTokenStore(options)],
  ["IndexedDB", (options) => createIndexedDBTokenStore({ namespace: unique(), ...options })],
  ["unstorage", (options) => createUnstorageTokenStore(createStorage({ driver: memoryDriver() }), { secret: SECRET, ...options })],
];

it.each(Object.entries({ checkTokens, sweepTokens, rotateSecret }))(
  "%s refuses options of the wrong type before it begins",
  async (_name, run) => {
    const store = createUnstorageTokenStore(createStorage(), { secret: SECRET });
    const { id } = await store.saveToken({ userName: "ann", accessToken: "a", expiresAt: 1 });
    for (const options of [{ onProgress: 5 }, { onProgress: null }, { signal: "x" }, { signal: {} }, { signal: null }]) {
      await expectCode(run(store, options as never), "ERR_OPTION_INVALID");
    }
    expect(await store.findTokenById(id)).not.toBeNull();
  },
);

async function filled(store: EdgeTokenStore, expiresAt?: number): Promise<EdgeTokenStore> {
  for (let number = 0; number < 105; number++) {
    await store.saveToken({ id: `id-${number}`, accessToken: `a-${number}`, ...(expiresAt === undefined ? {} : { expiresAt }) });
  }
  return store;
}

describe.each(ENGINES)("on %s", (_name, open) => {
  describe("checkTokens", () => {
    it("tells of its progress, stops at a signal, and goes on when run again", async () => {
      const store = await filled(open());
      const steps: CheckReport[] = [];
      const report = await checkTokens(store, { onProgress: (step) => steps.push(step) });
      expect(steps.at(-1)).toEqual(report);
      expect(new Set(steps.map(({ records }) => records))).toEqual(new Set([...(report.pointers > 0 ? [0] : []), 100, 105]));
      for (const [moment, reason] of [
        [undefined, "before it began"],
        [100, "enough"],
      ] as const) {
        const controller = new AbortController();
        const abort = (): void => controller.abort(new Error(reason));
        if (moment === undefined) abort();
        const stopped = checkTokens(store, { signal: controller.signal, onProgress: ({ records }) => records === moment && abort() });
        await expect(stopped).rejects.toThrow(reason);
      }
      expect(await checkTokens(store, { repair: true })).toEqual(report);
    });

    it("looks at nothing more once its store is closed, whichever step that was at", async () => {
      const steps: CheckReport[] = [];
      await checkTokens(await filled(open()), { onProgress: (step) => steps.push(step) });
      expect(steps.length).toBeGreaterThan(2);
      // The last one tells that it is done.
      for (let closeAt = 0; closeAt < steps.length - 1; closeAt++) {
        const store = await filled(open());
        const heard: CheckReport[] = [];
        const checking = checkTokens(store, { onProgress: (step) => void (heard.push(step) > closeAt && store.close()) });
        await expectCode(checking, "ERR_STORE_CLOSED");
        expect(heard[closeAt]).toEqual(steps[closeAt]);
        expect(heard.at(-1)).toEqual(steps[closeAt]);
      }
    });
  });

  describe("sweepTokens", () => {
    it("tells of its progress, stops at a signal, and goes on when run again", async () => {
      const clock = manualClock();
      const store = await filled(open({ now: clock.now }), clock.now() + 1);
      clock.advance(1);
      const controller = new AbortController();
      const sweep = sweepTokens(store, { signal: controller.signal, onProgress: () => controller.abort(new Error("enough")) });
      await expect(sweep).rejects.toThrow("enough");
      expect(await store.getTokens()).toHaveLength(5);
      const steps: SweepReport[] = [];
      expect(await sweepTokens(store, { onProgress: (step) => steps.push(step) })).toMatchObject({ records: 5, removed: 5 });
      expect(steps.at(-1)).toMatchObject({ removed: 5 });
      expect(await store.getTokens()).toEqual([]);
    });
  });
});
