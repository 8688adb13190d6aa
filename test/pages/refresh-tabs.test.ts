import type { IncomingMessage, ServerResponse } from "node:http";
import type { BrowserContext, Page } from "playwright";
import { beforeEach, describe, expect, it } from "vitest";
import type { LockNotes } from "../../src/locks/index.ts";
import type { TokenRefresher } from "../../src/refresh/index.ts";
import { startChromium } from "../support/started-chromium.ts";
import { startPageServer } from "./page-server.ts";
import type * as Library from "./refresh-library.ts";

const TABS = 5;
const CALLS = 40;
/** Within which everybody must be answered, with a holder of the lock that is frozen. */
const LOCK_TIMEOUT_MS = 3000;

// In the pages.
declare const library: typeof Library;
declare const refresher: TokenRefresher;

/** The token endpoint of these pages: it answers when it is told to, and knows which tab asked. */
class Endpoint {
  readonly asked: number[] = [];
  #answers: (() => void)[] = [];
  #isOpen = false;

  readonly handle = (request: IncomingMessage, response: ServerResponse): boolean => {
    const tab = /^\/token\?tab=(\d)$/.exec(request.url ?? "")?.[1];
    if (tab === undefined) return false;
    const number = this.asked.push(Number(tab));
    const answer = (): void => void response.end(JSON.stringify({ access_token: `fresh-${number}`, expires_in: 3600 }));
    if (this.#isOpen) answer();
    else this.#answers.push(answer);
    return true;
  };

  open(): void {
    this.#isOpen = true;
    for (const answer of this.#answers.splice(0)) answer();
  }
}

let endpoint: Endpoint;
beforeEach(() => void (endpoint = new Endpoint()));

/** Tabs of one origin with an expired token, each with a refresher of its own. */
async function withTabs(task: (tabs: Page[], context: BrowserContext) => Promise<void>): Promise<void> {
  await using server = await startPageServer({ entry: "../test/pages/refresh-library.ts", handle: endpoint.handle });
  await using started = await startChromium();
  const context = started.browser.contexts()[0]!;
  const tabs = await Promise.all(Array.from({ length: TABS }, () => context.newPage()));
  await Promise.all(tabs.map((tab) => tab.goto(`http://127.0.0.1:${server.port}/`)));
  for (const [number, tab] of tabs.entries()) {
    await tab.evaluate(
      async ([own, lockTimeoutMs]) => {
        const { createIndexedDBTokenStore, createTokenRefresher } = library;
        const store = createIndexedDBTokenStore();
        if (own === 0) await store.saveToken({ userName: "ann", clientId: "c", refreshToken: "r", accessToken: "old", expiresAt: 1 });
        const refresh = (_token: unknown, { signal }: { signal: AbortSignal }): Promise<Response> => fetch(`/token?tab=${own}`, { signal });
        Object.assign(globalThis, { refresher: createTokenRefresher({ store, refresh, lockTimeoutMs }) });
      },
      [number, LOCK_TIMEOUT_MS] as const,
    );
  }
  await task(tabs, context);
}

/** The access tokens that so many calls of the tab get. */
function ask(tab: Page): Promise<string[]> {
  return tab.evaluate(async (calls) => {
    const all = Array.from({ length: calls }, () => refresher.getAccessToken({ userName: "ann", clientId: "c" }));
    return Promise.all(all);
  }, CALLS);
}

const times = (count: number, text: string): string[] => Array.from({ length: count }, () => text);

describe(`${TABS} tabs with ${CALLS} calls each on one expired token`, () => {
  it("make one request, and all get the new token", () =>
    withTabs(async (tabs) => {
      const answers = tabs.map(ask);
      await expect.poll(() => endpoint.asked.length).toBe(1);
      await new Promise((resolve) => setTimeout(resolve, 300));
      endpoint.open();
      expect((await Promise.all(answers)).flat()).toEqual(times(TABS * CALLS, "fresh-1"));
      expect(endpoint.asked).toHaveLength(1);
    }));

  it("make two where the tab that refreshes is closed in the middle", () =>
    withTabs(async (tabs) => {
      const answers = tabs.map((tab) => ask(tab).catch(() => []));
      await expect.poll(() => endpoint.asked.length).toBe(1);
      await tabs[endpoint.asked[0]!]!.close();
      endpoint.open();
      expect((await Promise.all(answers)).flat()).toEqual(times((TABS - 1) * CALLS, "fresh-2"));
      expect(endpoint.asked).toHaveLength(2);
    }));

  it("make two where that tab is frozen, are answered in time, and it overwrites nothing when it wakes", () =>
    withTabs(async (tabs, context) => {
      const answers = tabs.map(ask);
      await expect.poll(() => endpoint.asked.length).toBe(1);
      const [holder] = endpoint.asked;
      const session = await context.newCDPSession(tabs[holder!]!);
      await session.send("Page.setWebLifecycleState", { state: "frozen" });
      endpoint.open();
      const begun = Date.now();
      const others = await Promise.all(answers.filter((_, tab) => tab !== holder));
      const tookMs = Date.now() - begun;
      expect(others.flat()).toEqual(times((TABS - 1) * CALLS, "fresh-2"));
      expect(endpoint.asked).toHaveLength(2);
      // Otherwise it was not frozen, and this shows nothing.
      expect(tookMs).toBeGreaterThan(LOCK_TIMEOUT_MS / 2);
      expect(tookMs).toBeLessThan(10 * LOCK_TIMEOUT_MS);
      console.log(`Chromium: ${endpoint.asked.length} requests with the holder frozen, ${others.flat().length} answers in ${tookMs} ms`);

      await session.send("Page.setWebLifecycleState", { state: "active" });
      expect(await answers[holder!]).toEqual(times(CALLS, "fresh-2"));
      expect(await ask(tabs[(holder! + 1) % TABS]!)).toEqual(times(CALLS, "fresh-2"));
      expect(endpoint.asked).toHaveLength(2);
    }));
});

describe("the notes of Web Locks", () => {
  it("are read by other tabs, and by those that open later", () =>
    withTabs(async ([first, second], context) => {
      const url = first!.url();
      const notes = (tab: Page, task: (given: LockNotes) => Promise<unknown>): Promise<unknown> =>
        tab.evaluate(`(${task.toString()})(library.createWebLock().notes)`);
      await notes(first!, (given) => given.write("n", "text", 60_000));
      await notes(first!, (given) => given.write("brief", "text", 50));
      expect(await notes(second!, (given) => given.read("n"))).toBe("text");
      await expect.poll(() => notes(second!, (given) => given.read("brief"))).toBeUndefined();
      await first!.close();
      const later = await context.newPage();
      await later.goto(url);
      expect(await notes(later, (given) => given.read("n"))).toBe("text");
    }));
});
