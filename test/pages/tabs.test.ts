import { chromium } from "playwright";
import { expect, it } from "vitest";
import type * as Library from "../../src/backends/indexeddb/index.ts";
import type { EdgeTokenStore, TokenEvent } from "../../src/index.ts";
import { chromiumLaunchOptions } from "../support/chromium.ts";
import { startPageServer } from "./page-server.ts";

// In the pages of the second test.
declare const tabStore: EdgeTokenStore;
declare const heard: TokenEvent[];

const TABS = [0, 1, 2, 3];
const SAVES = 25;

it("four tabs that open a new database at once agree on its keys, and lose none of their saves", async () => {
  await using server = await startPageServer();
  await using browser = await chromium.launch(chromiumLaunchOptions());
  const context = await browser.newContext();
  const tabs = await Promise.all(TABS.map(() => context.newPage()));
  await Promise.all(tabs.map((tab) => tab.goto(`http://127.0.0.1:${server.port}/`)));

  await Promise.all(
    tabs.map((tab, number) =>
      tab.evaluate(
        async ([own, saves]) => {
          const { createIndexedDBTokenStore } = (globalThis as unknown as { library: typeof Library }).library;
          const store = createIndexedDBTokenStore();
          for (let save = 0; save < saves; save++) {
            await store.saveToken({ userName: `user-${own}-${save}`, clientId: "c", accessToken: `access-${own}-${save}` });
            await store.saveToken({ userName: "everybody", clientId: "c", accessToken: `shared-${own}-${save}` });
          }
        },
        [number, SAVES] as const,
      ),
    ),
  );

  const seen = await Promise.all(
    tabs.map((tab) =>
      tab.evaluate(async () => {
        const { createIndexedDBTokenStore } = (globalThis as unknown as { library: typeof Library }).library;
        const store = createIndexedDBTokenStore();
        const shared = await store.findToken({ userName: "everybody", clientId: "c" });
        return {
          count: (await store.getTokens()).length,
          shared: shared?.version,
          one: await store.findToken({ accessToken: "access-3-7" }),
        };
      }),
    ),
  );
  for (const tab of seen) {
    expect(tab).toMatchObject({ count: TABS.length * SAVES + 1, shared: TABS.length * SAVES, one: { userName: "user-3-7" } });
  }
});

it("a tab is told what another one changes, in order, by id only, until it closes its store", async () => {
  await using server = await startPageServer();
  await using browser = await chromium.launch(chromiumLaunchOptions());
  const context = await browser.newContext();
  const [listening, saving] = [await context.newPage(), await context.newPage()];
  for (const tab of [listening, saving]) {
    await tab.goto(`http://127.0.0.1:${server.port}/`);
    await tab.evaluate(() => {
      const { createIndexedDBTokenStore } = (globalThis as unknown as { library: typeof Library }).library;
      Object.assign(globalThis, { tabStore: createIndexedDBTokenStore(), heard: [] });
      tabStore.subscribe((event) => heard.push(event));
    });
  }
  const change = (): Promise<string> =>
    saving.evaluate(async () => {
      const { id } = await tabStore.saveToken({ userName: "ann", clientId: "c", accessToken: "marked-1" });
      await tabStore.saveToken({ id, accessToken: "marked-2" });
      await tabStore.deleteToken(id);
      await tabStore.deleteTokens();
      return id;
    });
  const id = await change();
  const expected = [{ type: "saved", id, version: 1 }, { type: "saved", id, version: 2 }, { type: "deleted", id }, { type: "cleared" }];
  await expect.poll(() => listening.evaluate(() => heard)).toEqual(expected);
  expect(await saving.evaluate(() => heard)).toEqual(expected);

  await listening.evaluate(() => tabStore.close());
  await change();
  expect(await saving.evaluate(() => heard)).toHaveLength(8);
  expect(await listening.evaluate(() => heard)).toHaveLength(4);
});
