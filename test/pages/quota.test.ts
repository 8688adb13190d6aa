import { expect, it } from "vitest";
import type * as Library from "../../src/backends/indexeddb/index.ts";
import type { TokenStoreError } from "../../src/index.ts";
import { openPage } from "./open-page.ts";

const QUOTA_BYTES = 2_000_000;

it("a full browser storage is told as such, keeps what was acknowledged, and takes saves again when there is room", async () => {
  await using opened = await openPage();
  const { page, origin, complaints, devtools } = opened;
  await devtools.send("Storage.overrideQuotaForOrigin", { origin, quotaSize: QUOTA_BYTES });

  const full = await page.evaluate(async () => {
    const { createIndexedDBTokenStore } = (globalThis as unknown as { library: typeof Library }).library;
    const store = createIndexedDBTokenStore();
    const acknowledged: string[] = [];
    let code: string | undefined;
    for (let number = 0; number < 200; number++) {
      try {
        const token = { userName: `user-${number}`, clientId: "c", refreshToken: `refresh-${number}`, scope: "s".repeat(100_000) };
        acknowledged.push((await store.saveToken(token)).id);
      } catch (error) {
        ({ code } = error as TokenStoreError);
        break;
      }
    }
    const ids = (await store.getTokens()).map(({ id }) => id);
    return { code, acknowledged, ids };
  });
  expect(full.code).toBe("ERR_STORE_QUOTA");
  expect(full.acknowledged.length).toBeGreaterThan(1);
  expect(full.ids.sort()).toEqual(full.acknowledged.sort());

  await devtools.send("Storage.overrideQuotaForOrigin", { origin });
  const saved = await page.evaluate(async () => {
    const { createIndexedDBTokenStore } = (globalThis as unknown as { library: typeof Library }).library;
    return createIndexedDBTokenStore().saveToken({ userName: "later", accessToken: "a", scope: "s".repeat(100_000) });
  });
  expect(saved).toMatchObject({ userName: "later", version: 1 });
  expect(complaints).toEqual([]);
});
