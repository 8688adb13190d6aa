import { createStorage } from "unstorage";
import type { Driver } from "unstorage";
import memoryDriver from "unstorage/drivers/memory";
import { describe, expect, it } from "vitest";
import { createUnstorageTokenStore } from "../../src/backends/unstorage/index.ts";
import { createMemoryTokenStore } from "../../src/index.ts";
import type { EdgeTokenStore } from "../../src/index.ts";
import { checkTokens, rotateSecret, sweepTokens } from "../../src/maintenance/index.ts";
import { instrumentDriver, manualClock } from "../../src/testing/index.ts";
import { expectCode } from "../conformance/fixture.ts";
import { SECRET } from "../conformance/unstorage-fixture.ts";

const NEXT = "another-secret-of-the-tests-with-32-characters";
const TOKENS = 5;

type Run = (store: EdgeTokenStore, options?: { signal: AbortSignal }) => Promise<object>;
const RUNS: { name: string; run: Run; left: object }[] = [
  {
    name: "checkTokens",
    run: (store, options) => checkTokens(store, { ...options, repair: true }),
    left: { missing: TOKENS - 1, repaired: TOKENS - 1 },
  },
  { name: "sweepTokens", run: sweepTokens, left: { removed: TOKENS - 1 } },
  { name: "rotateSecret", run: rotateSecret, left: { moved: TOKENS - 1 } },
];

describe.each(RUNS)("$name", ({ run, left }) => {
  it.each<[string, string, (controller: AbortController, store: EdgeTokenStore) => void]>([
    ["its signal says so", "enough", (controller) => controller.abort(new Error("enough"))],
    ["its store is closed", "closed", (_controller, store) => void store.close()],
  ])("ends between two records of a page where %s", async (_when, reason, stop) => {
    const driver = memoryDriver() as Driver;
    const data = driver.getInstance!() as Map<string, string>;
    const { now, advance } = manualClock();
    const filling = createUnstorageTokenStore(createStorage({ driver }), { secret: SECRET, now });
    for (let number = 0; number < TOKENS; number++) await filling.saveToken({ accessToken: `a-${number}`, expiresAt: now() + 1 });
    // Something to do for the check as well.
    for (const key of data.keys()) if (key.includes(":x:")) data.delete(key);
    advance(1);
    const open = (over: Driver): EdgeTokenStore =>
      createUnstorageTokenStore(createStorage({ driver: over }), { secret: run === rotateSecret ? [NEXT, SECRET] : SECRET, now });
    const controller = new AbortController();
    const stopping = instrumentDriver({ ...driver }, (call, key) => {
      if ((call === "setItem" || call === "removeItem") && key !== "tokens:r:keys") stop(controller, store);
    });
    const store = open(stopping);
    await expect(run(store, { signal: controller.signal })).rejects.toThrow(reason);
    expect(await run(open({ ...driver }))).toMatchObject(left);
  });

  it("is not done where its store is closed after a page", async () => {
    const storage = createStorage({ driver: memoryDriver() });
    const filling = run === rotateSecret ? createUnstorageTokenStore(storage, { secret: SECRET }) : createMemoryTokenStore();
    for (let number = 0; number < 150; number++) await filling.saveToken({ accessToken: `a-${number}` });
    for (const seen of [100, 150]) {
      const own = run === rotateSecret ? createUnstorageTokenStore(storage, { secret: [NEXT, SECRET] }) : filling;
      const onProgress = (report: { records?: number; seen?: number }): void =>
        void ((report.records ?? report.seen) === seen && own.close());
      await expectCode(run(own, { onProgress } as never), "ERR_STORE_CLOSED");
      if (own === filling) return;
    }
  });

  it("lets a timer stop it, also on an engine that answers at once", async () => {
    const storage = createStorage({ driver: memoryDriver() });
    const filling = run === rotateSecret ? createUnstorageTokenStore(storage, { secret: SECRET }) : createMemoryTokenStore();
    for (let number = 0; number < 205; number++) await filling.saveToken({ accessToken: `a-${number}` });
    const store = run === rotateSecret ? createUnstorageTokenStore(storage, { secret: [NEXT, SECRET] }) : filling;
    const controller = new AbortController();
    setTimeout(() => controller.abort(new Error("enough")), 0);
    await expect(run(store, { signal: controller.signal })).rejects.toThrow("enough");
  });
});
