import { chromium } from "playwright";
import { expect, it } from "vitest";
import type * as Library from "../../src/backends/indexeddb/index.ts";
import type { EdgeTokenStore } from "../../src/index.ts";
import { chromiumLaunchOptions } from "../support/chromium.ts";
import { openPage } from "./open-page.ts";
import { startPageServer } from "./page-server.ts";

const TABS = [0, 1, 2, 3];
const CLEARINGS = 3;

/** What each tab keeps between two evaluations. */
declare const tab: { store: EdgeTokenStore; saving: boolean; saved: number; failures: string[]; running: Promise<void> };

it("site data that is cleared under four tabs while they save ends no tab's saves, and all agree on the keys afterwards", async () => {
  await using server = await startPageServer();
  await using browser = await chromium.launch(chromiumLaunchOptions());
  const context = await browser.newContext();
  const tabs = await Promise.all(TABS.map(() => context.newPage()));
  const complaints: string[] = [];
  for (const page of tabs) page.on("pageerror", ({ message }) => complaints.push(message));
  const origin = `http://127.0.0.1:${server.port}`;
  await Promise.all(tabs.map((page) => page.goto(`${origin}/`)));
  const devtools = await context.newCDPSession(tabs[0]!);

  for (const [number, page] of tabs.entries()) {
    await page.evaluate((own) => {
      const { createIndexedDBTokenStore } = (globalThis as unknown as { library: typeof Library }).library;
      const state = { store: createIndexedDBTokenStore(), saving: true, saved: 0, failures: [] as string[], running: Promise.resolve() };
      Object.assign(globalThis, { tab: state });
      state.running = (async () => {
        for (let save = 0; state.saving; save++) {
          try {
            await state.store.saveToken({ userName: `user-${own}`, clientId: "c", refreshToken: `refresh-${own}-${save}` });
            await state.store.saveToken({ userName: "everybody", clientId: "c", accessToken: `shared-${own}-${save}` });
            state.saved++;
          } catch (error) {
            state.failures.push(String((error as { code?: unknown }).code ?? error));
          }
          // Whatever else runs on the machine shall have a turn.
          await new Promise((resolve) => setTimeout(resolve, 5));
        }
      })();
    }, number);
  }

  const savedByAll = (): Promise<number[]> => Promise.all(tabs.map((page) => page.evaluate(() => tab.saved)));
  for (let clearing = 0; clearing < CLEARINGS; clearing++) {
    const before = await savedByAll();
    await devtools.send("Storage.clearDataForOrigin", { origin, storageTypes: "indexeddb" });
    // Every tab saves on, on a database of the same name that is another.
    for (const position of TABS)
      await expect.poll(async () => (await savedByAll())[position], { timeout: 30_000 }).toBeGreaterThan(before[position]! + 1);
  }
  const results = await Promise.all(
    tabs.map((page) =>
      page.evaluate(async () => {
        tab.saving = false;
        await tab.running;
        return { saved: tab.saved, failures: tab.failures };
      }),
    ),
  );
  const failures = results.flatMap((result) => result.failures);
  console.log(
    `${CLEARINGS} clearings under ${tabs.length} tabs: ${results.map(({ saved }) => saved).join(", ")} saves, failed: ${failures.join(", ") || "none"}`,
  );

  // What failed was told as such, in an error that invites to try again.
  for (const failure of failures) expect(["ERR_CONFLICT", "ERR_STORE_UNAVAILABLE"]).toContain(failure);

  // From here on nothing is cleared, so nothing may be lost.
  await Promise.all(
    tabs.map((page, number) =>
      page.evaluate((own) => tab.store.saveToken({ userName: `late-${own}`, clientId: "c", refreshToken: `late-${own}` }), number),
    ),
  );
  const fresh = await context.newPage();
  await fresh.goto(`${origin}/`);
  await fresh.evaluate(() => {
    const { createIndexedDBTokenStore } = (globalThis as unknown as { library: typeof Library }).library;
    Object.assign(globalThis, { tab: { store: createIndexedDBTokenStore() } });
  });
  const lists = await Promise.all([...tabs, fresh].map((page) => page.evaluate(() => tab.store.getTokens())));
  for (const list of lists) expect(list).toEqual(lists[0]);
  const names = lists[0]!.map(({ userName }) => userName).sort();
  expect(names).toEqual(["everybody", ...TABS.map((own) => `late-${own}`), ...TABS.map((own) => `user-${own}`)]);
  for (const page of [...tabs, fresh]) {
    for (const token of lists[0]!) {
      const { id, userName, clientId, refreshToken } = token;
      for (const query of [{ id }, { userName, clientId }, ...(refreshToken ? [{ refreshToken }] : [])]) {
        expect(await page.evaluate((one) => tab.store.findToken(one as object), query)).toEqual(token);
      }
    }
  }
  expect(complaints).toEqual([]);
});

/** What the tab of the second test keeps between two evaluations: how many calls have ended, and how many have not. */
declare const calls: { going: boolean; ended: number; open: number; running: Promise<unknown> };

const SUDDEN_CLEARINGS = 20;

it("site data that is cleared at any moment of reads, lists and saves leaves none of them without an end, and nothing unhandled", async () => {
  await using opened = await openPage();
  const { page, origin, complaints, devtools } = opened;

  await page.evaluate(() => {
    const { createIndexedDBTokenStore } = (globalThis as unknown as { library: typeof Library }).library;
    const store = createIndexedDBTokenStore();
    const query = { userName: "ann", clientId: "c" };
    let save = 0;
    const tasks: (() => Promise<unknown>)[] = [
      () => store.findToken(query),
      () => store.findToken({ userName: "ann" }),
      () => store.getTokens(),
      () => store.saveToken({ ...query, refreshToken: `refresh-${save++}` }),
    ];
    const state = { going: true, ended: 0, open: 0, running: Promise.resolve() as Promise<unknown> };
    Object.assign(globalThis, { calls: state });
    state.running = Promise.all(
      tasks.map(async (task) => {
        while (state.going) {
          state.open++;
          // What fails is told; what does not end is told by nothing.
          await task().catch(() => {});
          state.open--;
          state.ended++;
          // Lest each batch have the same four in it.
          await new Promise((resolve) => setTimeout(resolve, Math.random() * 3));
        }
      }),
    );
  });
  for (let clearing = 0; clearing < SUDDEN_CLEARINGS; clearing++) {
    await devtools.send("Storage.clearDataForOrigin", { origin, storageTypes: "indexeddb" });
    await page.waitForTimeout(Math.random() * 150);
  }
  const stopped = page.evaluate(() => {
    calls.going = false;
    return calls.running;
  });
  await Promise.race([stopped, page.waitForTimeout(20_000)]);
  expect(await page.evaluate(() => calls.open)).toBe(0);
  expect(await page.evaluate(() => calls.ended)).toBeGreaterThan(SUDDEN_CLEARINGS);
  expect(complaints).toEqual([]);
});
