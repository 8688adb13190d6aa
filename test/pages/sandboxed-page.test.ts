import { expect, it } from "vitest";
import { openPage } from "./open-page.ts";
import type * as Library from "./refresh-library.ts";

// In the page.
declare const library: typeof Library;

it("in a sandboxed page, which has neither IndexedDB nor Web Locks, tokens stay in memory and are refreshed once for all who ask", async () => {
  await using opened = await openPage({
    entry: "../test/pages/refresh-library.ts",
    handle: (_request, response) => {
      response.setHeader("content-security-policy", "sandbox allow-scripts");
      response.setHeader("access-control-allow-origin", "*");
      return false;
    },
  });
  const { page, complaints } = opened;
  expect(await page.evaluate(() => [typeof indexedDB, typeof navigator.locks])).toEqual(["object", "object"]);

  const seen = await page.evaluate(async () => {
    const reasons: string[] = [];
    const store = library.createIndexedDBTokenStore({ onDegraded: ({ message }) => reasons.push(message) });
    store.subscribe(() => {});
    await store.saveToken({ userName: "ann", clientId: "c", accessToken: "old", refreshToken: "r", expiresAt: 1 });
    let requests = 0;
    const refresh = async (): Promise<{ accessToken: string; expiresAt: number }> => {
      requests++;
      return { accessToken: "fresh", expiresAt: Date.now() + 3_600_000 };
    };
    const ask = (): Promise<string> => library.createTokenRefresher({ store, refresh }).getAccessToken({ userName: "ann" });
    const answers = await Promise.all([ask(), ask(), ask()]);
    const held = await library.createWebLock().request("own", {}, async () => "held");
    await store.deleteTokens();
    return { answers, requests, held, left: await store.getTokens(), reasons, capabilities: store.capabilities };
  });
  expect(seen).toEqual({
    answers: ["fresh", "fresh", "fresh"],
    requests: 1,
    held: "held",
    left: [],
    reasons: [expect.stringMatching(/no use of IndexedDB/)],
    capabilities: expect.objectContaining({ engine: "memory", persistent: false }),
  });
  expect(complaints).toEqual([]);
});
