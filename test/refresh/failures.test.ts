import { describe, expect, it, vi } from "vitest";
import { createMemoryTokenStore, RefreshFailedError } from "../../src/index.ts";
import type { TokenStore } from "../../src/index.ts";
import { createProcessLock } from "../../src/locks/index.ts";
import type { Lock } from "../../src/locks/index.ts";
import { lockName } from "../../src/locks/lock-name.ts";
import { ANN, codeOf, failing, pass, settle, sleep, stopTime, troubled, unavailable, withhold, world } from "./world.ts";

const TOO_MANY = { error: "Access Denied", error_description: "You have made too many requests continuously.", status: "failure" };
const MINUTE = 60_000;

describe("a refresh that fails in passing", () => {
  it.each<[string, () => Response | Error | object, string]>([
    ["a network error", () => new TypeError("fetch failed"), "ERR_REFRESH_FAILED"],
    ["a 503", () => new Response("busy", { status: 503 }), "ERR_REFRESH_FAILED"],
    ["HTML with status 200", () => new Response("<!doctype html>"), "ERR_REFRESH_FAILED"],
    ["Zoho's rate limit with status 200", () => TOO_MANY, "ERR_REFRESH_RATE_LIMITED"],
    ["a 429", () => new Response("", { status: 429 }), "ERR_REFRESH_RATE_LIMITED"],
  ])("by %s is told by its code, deletes nothing, and works later", async (_name, answer, code) => {
    stopTime();
    const { refresher, provider, store, token, events } = await world();
    provider.queued.push(answer());
    expect(await codeOf(refresher.getAccessToken(ANN))).toBe(code);
    expect(await store.findToken(ANN)).toEqual(token);
    expect(events).toEqual([{ type: "refreshFailed", id: token.id, code }]);
    await pass(2 * MINUTE);
    expect(await refresher.getAccessToken(ANN)).toBe("fresh-1");
    expect(provider.requests).toBe(2);
  });

  it("is not the caller's concern while the old token lasts", async () => {
    stopTime();
    const { refresher, provider, events } = await world({ expiresInS: 30 });
    provider.queued.push(new TypeError("fetch failed"));
    expect(await refresher.getAccessToken(ANN)).toBe("old");
    expect(events).toMatchObject([{ type: "refreshFailed" }]);
    expect(await codeOf(refresher.getAccessToken(ANN, { forceRefresh: true }))).toBe("ERR_REFRESH_FAILED");
    await pass(30_000);
    expect(await refresher.getAccessToken(ANN)).toBe("fresh-1");
  });

  it("cools down: nobody who shares the lock asks the provider again, and the pauses grow", async () => {
    stopTime();
    const { refresher, another, provider } = await world();
    provider.queued.push(...Array.from({ length: 100 }, () => new TypeError("fetch failed")));
    const refreshers = [refresher, another(), another()];
    const requestsAfter: number[] = [];
    for (let minute = 0; minute < 10; minute++) {
      for (let second = 0; second < 60; second++) {
        await Promise.all(refreshers.map((one) => codeOf(one.getAccessToken(ANN))));
        await pass(1000, 1);
      }
      requestsAfter.push(provider.requests);
    }
    expect(requestsAfter[0]).toBeGreaterThanOrEqual(4);
    expect(requestsAfter[0]).toBeLessThanOrEqual(8);
    expect(requestsAfter[9]! - requestsAfter[4]!).toBeLessThanOrEqual(3);
    expect(provider.mostInFlight).toBe(1);
  });

  it("waits as long as the provider asks for, and says how long", async () => {
    stopTime();
    const { refresher, provider } = await world();
    provider.queued.push(new Response("", { status: 429, headers: { "retry-after": "1800" } }));
    await expect(refresher.getAccessToken(ANN)).rejects.toMatchObject({ retryAfterMs: 1_800_000 });
    await pass(29 * MINUTE);
    const error = await refresher.getAccessToken(ANN).catch((thrown: { code: string; retryAfterMs: number }) => thrown);
    expect(error).toMatchObject({ code: "ERR_REFRESH_RATE_LIMITED" });
    expect((error as { retryAfterMs: number }).retryAfterMs).toBeGreaterThanOrEqual(MINUTE);
    expect(provider.requests).toBe(1);
    await pass(5 * MINUTE);
    expect(await refresher.getAccessToken(ANN)).toBe("fresh-1");
  });

  it("ends its cool-down with a new log-in", async () => {
    stopTime();
    const { refresher, provider, store } = await world();
    provider.queued.push(new Response("", { status: 429 }));
    await codeOf(refresher.getAccessToken(ANN));
    await store.saveToken({ ...ANN, refreshToken: "another" });
    expect(await refresher.getAccessToken(ANN)).toBe("fresh-1");
  });

  it("by a refresh function that gives no answer ends in time, and what comes too late is stored all the same", async () => {
    stopTime();
    const { refresher, provider, store } = await world({ options: { refreshTimeoutMs: 5000 } });
    let answer = (_grant: object): void => {};
    provider.queued.push(() => new Promise((resolve) => (answer = resolve)));
    const waiting = codeOf(refresher.getAccessToken(ANN));
    await pass(6000);
    expect(await waiting).toBe("ERR_REFRESH_FAILED");
    answer({ access_token: "late", refresh_token: "next", expires_in: 3600 });
    await settle();
    expect(await store.findToken(ANN)).toMatchObject({ accessToken: "late", refreshToken: "next" });
    expect(await refresher.getAccessToken(ANN)).toBe("late");
  });

  it("says nothing of what the refresh function threw", async () => {
    const { another } = await world();
    const refresh = (): never => {
      throw new Error("posting refresh_token=1000.secret failed");
    };
    const error: unknown = await another({ refresh })
      .getAccessToken(ANN)
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(RefreshFailedError);
    expect(JSON.stringify(error, Object.getOwnPropertyNames(error)) + String((error as Error).cause)).not.toContain("secret");
  });
});

describe("a refresh token that the provider refuses", () => {
  it.each(["invalid_grant", "invalid_code"])("by %s asks for a log-in, deletes nothing, and is not shown to it again", async (code) => {
    stopTime();
    const { refresher, another, provider, store, token, events } = await world();
    provider.queued.push({ error: code });
    for (let time = 0; time < 3; time++) {
      expect(await codeOf(refresher.getAccessToken(ANN))).toBe("ERR_REAUTHENTICATION_REQUIRED");
      expect(await codeOf(another().getAccessToken(ANN))).toBe("ERR_REAUTHENTICATION_REQUIRED");
    }
    expect(provider.requests).toBe(1);
    expect(await store.findToken(ANN)).toEqual(token);
    expect(events).toEqual([{ type: "reauthenticationRequired", id: token.id }]);
    await store.saveToken({ ...ANN, refreshToken: "after a log-in" });
    expect(await refresher.getAccessToken(ANN)).toBe("fresh-1");
  });

  it("is read again first: somebody without the lock may have spent it", async () => {
    const { refresher, provider, store, token } = await world();
    provider.queued.push(async () => {
      await store.saveToken({ id: token.id, accessToken: "theirs", refreshToken: "next", expiresAt: Date.now() + 3_600_000 });
      return { error: "invalid_grant" };
    });
    expect(await refresher.getAccessToken(ANN)).toBe("theirs");
    expect(provider.requests).toBe(1);
  });
});

describe("what a response leaves out", () => {
  it.each<[string, object, object]>([
    ["the refresh token: the stored one stays", { access_token: "a", expires_in: 3600 }, { accessToken: "a", refreshToken: "refresh" }],
    ["the lifetime: the token counts as valid", { access_token: "a" }, { accessToken: "a" }],
  ])("is %s", async (_name, answer, stored) => {
    const { refresher, provider, store } = await world();
    provider.queued.push(answer);
    expect(await refresher.getAccessToken(ANN)).toBe("a");
    expect(await refresher.getAccessToken(ANN)).toBe("a");
    expect(provider.requests).toBe(1);
    expect(await store.findToken(ANN)).toMatchObject(stored);
  });

  it("a lifetime that is a string is one", async () => {
    stopTime();
    const { refresher, provider, store } = await world();
    provider.queued.push({ access_token: "a", expires_in: "3600" });
    await refresher.getAccessToken(ANN);
    expect(await store.findToken(ANN)).toMatchObject({ expiresAt: Date.now() + 3_600_000 });
  });
});

describe("a save that fails after a refresh", () => {
  it("hands the new token out at once and from then on, tells of it, and tries again until it works", async () => {
    stopTime();
    const { another, provider, store, token } = await world();
    const { store: weak, saves } = failing(store);
    const refresher = another({ store: weak });
    const events: unknown[] = [];
    refresher.subscribe((event) => events.push(event));
    provider.queued.push({ access_token: "new", refresh_token: "next", expires_in: 3600 });
    expect(await refresher.getAccessToken(ANN)).toBe("new");
    expect(events).toEqual([
      { type: "refreshed", id: token.id },
      { type: "saveFailed", id: token.id, code: "ERR_STORE_UNAVAILABLE" },
    ]);
    await pass(2000);
    expect(saves.tried).toBeGreaterThan(2);
    expect(saves.tried).toBeLessThan(8);
    expect(await refresher.getAccessToken(ANN)).toBe("new");
    saves.work = true;
    await pass(MINUTE);
    expect(await store.findToken(ANN)).toMatchObject({ accessToken: "new", refreshToken: "next", version: token.version + 1 });
    expect(await refresher.getAccessToken(ANN)).toBe("new");
    expect(provider.requests).toBe(1);
  });

  it("does so where the store never answers, too", async () => {
    stopTime();
    const { another, store } = await world();
    let works = false;
    const hanging = troubled(store, (method) => (method === "saveToken" && !works ? new Promise<void>(() => {}) : undefined));
    const refresher = another({ store: hanging });
    const events: unknown[] = [];
    refresher.subscribe(({ type }) => events.push(type));
    const asked = refresher.getAccessToken(ANN);
    await pass(11_000);
    expect(await asked).toBe("fresh-1");
    expect(events).toEqual(["refreshed", "saveFailed"]);
    works = true;
    await pass(MINUTE);
    expect(await store.findToken(ANN)).toMatchObject({ accessToken: "fresh-1" });
  });

  it("keeps the lock meanwhile, so that nobody refreshes with the token that is spent", async () => {
    stopTime();
    const { another, provider, store } = await world();
    const { store: weak, saves } = failing(store);
    provider.queued.push({ access_token: "new", refresh_token: "next", expires_in: 3600 });
    expect(await another({ store: weak }).getAccessToken(ANN)).toBe("new");
    const sibling = another().getAccessToken(ANN);
    await pass(3000);
    saves.work = true;
    await pass(7000);
    expect(await sibling).toBe("new");
    expect(provider.requests).toBe(1);
  });

  it("keeps the lock after a second refresh too, while the saves since the first are still being tried", async () => {
    stopTime();
    const { another, provider, store } = await world();
    const { store: weak, saves } = failing(store);
    const refresher = another({ store: weak, random: () => 0 });
    provider.queued.push({ access_token: "new", refresh_token: "next", expires_in: 3600 });
    expect(await refresher.getAccessToken(ANN)).toBe("new");
    await pass(11_000);
    expect(await refresher.getAccessToken(ANN, { forceRefresh: true })).toBe("fresh-1");
    const sibling = another().getAccessToken(ANN);
    await settle();
    saves.work = true;
    await pass(MINUTE);
    expect(await sibling).toBe("fresh-1");
    expect(provider.requests).toBe(2);
  });

  it("is not tried over and over on a store that was closed meanwhile, which would keep its process from ending", async () => {
    stopTime();
    const { refresher, store, events, token } = await world();
    const { saveToken } = store;
    vi.spyOn(store, "saveToken").mockImplementationOnce(async (...args) => {
      await store.close();
      return saveToken.apply(store, args);
    });
    expect(await refresher.getAccessToken(ANN)).toBe("fresh-1");
    await pass(MINUTE);
    const failed = { type: "saveFailed", id: token.id, code: "ERR_STORE_CLOSED" };
    expect(events).toEqual([{ type: "refreshed", id: token.id }, failed, failed]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("is tried again at a later use when it was given up, with all that a second refresh added", async () => {
    stopTime();
    const { another, provider, store } = await world();
    const { store: weak, saves } = failing(store);
    const refresher = another({ store: weak });
    provider.queued.push({ access_token: "new", refresh_token: "next", expires_in: 3600 });
    expect(await refresher.getAccessToken(ANN)).toBe("new");
    await pass(5 * MINUTE, 200);
    const { tried } = saves;
    await pass(5 * MINUTE, 20);
    expect(saves.tried).toBe(tried);
    expect(await refresher.getAccessToken(ANN, { forceRefresh: true })).toBe("fresh-1");
    saves.work = true;
    expect(await refresher.getAccessToken(ANN)).toBe("fresh-1");
    await pass(MINUTE);
    expect(await store.findToken(ANN)).toMatchObject({ accessToken: "fresh-1", refreshToken: "next" });
  });

  it("was perhaps none: one that is stored although its answer was lost is not saved twice", async () => {
    stopTime();
    const { another, store, token } = await world();
    let lost = true;
    const weak: TokenStore = {
      ...troubled(store, () => {}),
      saveToken: async (...args) => {
        const saved = await store.saveToken(...args);
        if (lost) throw unavailable();
        return saved;
      },
    };
    expect(await another({ store: weak }).getAccessToken(ANN)).toBe("fresh-1");
    lost = false;
    await pass(MINUTE);
    expect(await store.findToken(ANN)).toMatchObject({ accessToken: "fresh-1", version: token.version + 1 });
  });
});

describe("a lock", () => {
  it("whose holder never gives it up is passed by: one other refreshes, all are answered", async () => {
    stopTime();
    const { refresher, another, provider, lock, token } = await world();
    void lock.request(await lockName("tokens", token.id), {}, () => new Promise(() => {}));
    const all = [refresher, another(), another(), another()].map((one) => one.getAccessToken(ANN));
    await pass(29_000);
    expect(provider.requests).toBe(0);
    await pass(2_000);
    expect(new Set(await Promise.all(all))).toEqual(new Set(["fresh-1"]));
    expect(provider.requests).toBe(1);
  });

  it("that nobody gives up ends in ERR_LOCK_TIMEOUT, or with the old token while it lasts", async () => {
    stopTime();
    const { refresher, lock, token } = await world({ expiresInS: 70, options: { minValiditySeconds: 300 } });
    const name = await lockName("tokens", token.id);
    for (const one of [name, `${name}:overdue`]) void lock.request(one, {}, () => new Promise(() => {}));
    const [early, forced] = [refresher.getAccessToken(ANN), codeOf(refresher.getAccessToken(ANN, { forceRefresh: true }))];
    await pass(61_000);
    expect(await early).toBe("old");
    await pass(61_000);
    expect(await forced).toBe("ERR_LOCK_TIMEOUT");
  });

  it("that ran out does not let its holder overwrite the newer token", async () => {
    const { another, provider, store } = await world();
    const open = withhold(provider, () => ({ access_token: "outdated", refresh_token: "outdated", expires_in: 60 }));
    provider.queued.push({ access_token: "newer", refresh_token: "newer", expires_in: 3600 });
    const paused = another({ lock: createProcessLock() }).getAccessToken(ANN);
    await expect.poll(() => provider.inFlight).toBe(1);
    expect(await another().getAccessToken(ANN)).toBe("newer");
    open();
    expect(await paused).toBe("newer");
    expect(await store.findToken(ANN)).toMatchObject({ accessToken: "newer", refreshToken: "newer" });
  });

  it("whose notes never come, as those of a Redis that is gone, holds up neither a refresh nor a log-out for ever", async () => {
    stopTime();
    const never = (): Promise<never> => new Promise(() => {});
    const inner = createProcessLock();
    const lock: Lock = { request: (...args) => inner.request(...args), notes: { read: never, write: never } };
    const { refresher, store } = await world({ options: { lock } });
    const refreshed = vi.fn();
    void refresher.getAccessToken(ANN).then(refreshed);
    await pass(MINUTE);
    expect(refreshed).toHaveBeenCalledWith("fresh-1");
    void refresher.logOut(ANN);
    await pass(MINUTE);
    expect(await store.getTokens()).toEqual([]);
  });

  it("that fails while the store works is an error, and none while the old token lasts", async () => {
    const broken = { request: () => Promise.reject(unavailable()) };
    const expired = await world({ options: { lock: broken } });
    expect(await codeOf(expired.refresher.getAccessToken(ANN))).toBe("ERR_STORE_UNAVAILABLE");
    const early = await world({ expiresInS: 30, options: { lock: broken } });
    expect(await early.refresher.getAccessToken(ANN)).toBe("old");
  });
});

describe("clocks", () => {
  it.each([-5, 5])("of siblings that differ by %i minutes cost no second refresh of who waited for the first", async (minutes) => {
    stopTime();
    const { another, provider } = await world();
    const now = (): number => Date.now() + minutes * MINUTE;
    const store = createMemoryTokenStore({ now });
    await store.saveToken({ ...ANN, refreshToken: "refresh", accessToken: "old", expiresAt: 1 });
    provider.queued.push({ access_token: "short", expires_in: 240 });
    const skewed = another({ store, now });
    // The skewed clock dates the grant; the other one finds it expired already, or valid for long.
    expect(await Promise.all([skewed.getAccessToken(ANN), another({ store }).getAccessToken(ANN)])).toEqual(["short", "short"]);
    expect(provider.requests).toBe(1);
  });

  it("that stood still while a laptop slept over the expiry make for a refresh at the next use", async () => {
    stopTime();
    const { refresher, provider } = await world({ expiresInS: 1800 });
    expect(await refresher.getAccessToken(ANN)).toBe("old");
    sleep(8 * 3600 * 1000);
    expect(await refresher.getAccessToken(ANN)).toBe("fresh-1");
    expect(provider.requests).toBe(1);
  });

  it("count a token's life from the question, for the machine may sleep before it reads the answer", async () => {
    stopTime();
    const { refresher, provider, store } = await world({ options: { refreshTimeoutMs: 86_400_000, lockTimeoutMs: 86_400_000 } });
    let answer = (_grant: object): void => {};
    provider.queued.push(() => new Promise((resolve) => (answer = resolve)));
    const waiting = refresher.getAccessToken(ANN);
    await settle();
    const askedAt = Date.now();
    sleep(7200 * 1000);
    answer({ access_token: "slept over", expires_in: 3600 });
    await waiting;
    expect(await store.findToken(ANN)).toMatchObject({ expiresAt: askedAt + 3_600_000 });
    expect(await refresher.getAccessToken(ANN)).toBe("fresh-1");
  });

  it("that jumped while somebody waited for the lock give its holder its time once more", async () => {
    stopTime();
    const { refresher, provider, holdLock, token, store } = await world();
    const letGo = await holdLock();
    const waiting = refresher.getAccessToken(ANN);
    await settle();
    sleep(8 * 3600 * 1000);
    await pass(31_000);
    expect(provider.requests).toBe(0);
    await store.saveToken({ id: token.id, accessToken: "by the holder", expiresAt: Date.now() + 3_600_000 });
    await letGo();
    expect(await waiting).toBe("by the holder");
  });
});
