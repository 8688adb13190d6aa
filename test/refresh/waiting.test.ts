import { describe, expect, it } from "vitest";
import { LockTimeoutError } from "../../src/index.ts";
import { createProcessLock } from "../../src/locks/index.ts";
import type { Lock } from "../../src/locks/index.ts";
import { lockName } from "../../src/locks/lock-name.ts";
import { ANN, codeOf, pass, settle, stopTime, unavailable, world } from "./world.ts";

/** The lock, and the names that were requested of it. */
function noted(inner: Lock): { lock: Lock; names: string[] } {
  const names: string[] = [];
  const request: Lock["request"] = (name, options, callback) => {
    names.push(name);
    return inner.request(name, options, callback);
  };
  return { lock: { ...(inner.notes ? { notes: inner.notes } : {}), request }, names };
}

const inVain = (): LockTimeoutError => new LockTimeoutError("The lock was not free in time.");

it("what a sibling saved serves who waited in vain for the lock that it never gave up", async () => {
  stopTime();
  const { refresher, provider, store, lock, token } = await world();
  const name = await lockName("tokens", token.id);
  for (const one of [name, `${name}:overdue`]) void lock.request(one, {}, () => new Promise(() => {}));
  const waiting = refresher.getAccessToken(ANN);
  await settle();
  await store.saveToken({ id: token.id, accessToken: "by a sibling", expiresAt: Date.now() + 3_600_000 });
  await pass(61_000);
  expect(await waiting).toBe("by a sibling");
  expect(provider.requests).toBe(0);
});

it("while the provider is left alone after a failure, nobody queues for the lock", async () => {
  stopTime();
  const { lock, names } = noted(createProcessLock());
  const { refresher, provider } = await world({ options: { lock } });
  provider.queued.push(new TypeError("fetch failed"));
  expect(await codeOf(refresher.getAccessToken(ANN))).toBe("ERR_REFRESH_FAILED");
  expect(await codeOf(refresher.getAccessToken(ANN))).toBe("ERR_REFRESH_FAILED");
  expect(names).toHaveLength(1);
});

it("who gives up in the queue for the lock takes nobody along who joined them", async () => {
  const inner = createProcessLock();
  const { lock, names } = noted(inner);
  const { refresher, provider, token } = await world({ options: { lock } });
  let open = (): void => {};
  const held = inner.request(await lockName("tokens", token.id), {}, () => new Promise<void>((resolve) => (open = resolve)));
  const controller = new AbortController();
  const aborted = codeOf(refresher.getAccessToken(ANN, { signal: controller.signal }));
  const patient = refresher.getAccessToken(ANN);
  await expect.poll(() => names.length).toBe(1);
  await settle();
  controller.abort(new Error("enough"));
  await aborted;
  open();
  await held;
  expect(await patient).toBe("fresh-1");
  expect(names).toHaveLength(1);
  expect(provider.requests).toBe(1);
});

describe("a lock", () => {
  it("that is lost while it is held, and says so as if it had never been had, is requested no second time", async () => {
    const { lock, names } = noted({
      request: async (_name, _options, callback) => {
        await callback();
        throw inVain();
      },
    });
    const { refresher, token } = await world({ options: { lock } });
    expect(await refresher.getAccessToken(ANN)).toBe("fresh-1");
    await settle();
    expect(names).toEqual([await lockName("tokens", token.id)]);
  });

  it("is waited for once more after the clock has jumped, and not at each jump", async () => {
    const { lock, names } = noted({
      request: async () => {
        if (names.length > 9) throw unavailable();
        throw inVain();
      },
    });
    let now = Date.now();
    const { refresher, token } = await world({ options: { lock, now: () => (now += 600_000) } });
    expect(await codeOf(refresher.getAccessToken(ANN))).toBe("ERR_LOCK_TIMEOUT");
    const name = await lockName("tokens", token.id);
    expect(names).toEqual([name, name, `${name}:overdue`]);
  });
});

it.each([
  ["takes too long", () => new Promise<never>(() => {})],
  ["fails", () => Promise.reject(new TypeError("fetch failed"))],
])("who refreshes in vain, since that %s, is answered with what a sibling has saved meanwhile", async (_what, fail) => {
  stopTime();
  const { refresher, provider, store, token, events } = await world();
  provider.queued.push(async () => {
    await store.saveToken({ id: token.id, accessToken: "by a sibling", expiresAt: Date.now() + 3_600_000 });
    return fail();
  });
  const waiting = refresher.getAccessToken(ANN);
  await pass(21_000);
  expect(await waiting).toBe("by a sibling");
  expect(provider.requests).toBe(1);
  expect(events).toEqual([]);
});

describe("a refresh token that the provider refuses", () => {
  it.each([
    ["another refresh token", { refreshToken: "next" }, "fresh-1", 2],
    ["another access token", { accessToken: "by a sibling", expiresAt: Date.now() + 3_600_000 }, "by a sibling", 1],
  ])("is no reason for a log-in where a sibling has saved %s meanwhile", async (_name, fields, expected, requests) => {
    const { refresher, provider, store, token, events } = await world();
    provider.queued.push(async () => {
      await store.saveToken({ id: token.id, ...fields });
      return { error: "invalid_grant" };
    });
    expect(await refresher.getAccessToken(ANN, { forceRefresh: true })).toBe(expected);
    expect(provider.requests).toBe(requests);
    expect(events.filter(({ type }) => type === "reauthenticationRequired")).toEqual([]);
  });
});

it("failures in a row end with a refresh that works: the next pause is a short one again", async () => {
  stopTime();
  const { refresher, provider } = await world({ options: { random: () => 0.5 } });
  const failure = (): TypeError => new TypeError("fetch failed");
  for (const pauseMs of [750, 1500, 3000]) {
    provider.queued.push(failure());
    expect(await codeOf(refresher.getAccessToken(ANN))).toBe("ERR_REFRESH_FAILED");
    await pass(pauseMs);
  }
  expect(await refresher.getAccessToken(ANN)).toBe("fresh-1");
  await settle();
  provider.queued.push(failure());
  expect(await codeOf(refresher.getAccessToken(ANN, { forceRefresh: true }))).toBe("ERR_REFRESH_FAILED");
  await pass(750);
  expect(await refresher.getAccessToken(ANN, { forceRefresh: true })).toBe("fresh-2");
});

it("a failure that comes after the time limit is nobody's any more", async () => {
  stopTime();
  const { refresher, provider } = await world();
  let fail = (_error: Error): void => {};
  provider.queued.push(() => new Promise((_resolve, reject) => (fail = reject)));
  const waiting = codeOf(refresher.getAccessToken(ANN));
  await pass(21_000);
  expect(await waiting).toBe("ERR_REFRESH_FAILED");
  fail(new TypeError("fetch failed"));
  await settle();
});
