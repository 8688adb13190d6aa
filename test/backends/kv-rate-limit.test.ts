import { text } from "node:stream/consumers";
import { createStorage } from "unstorage";
import cloudflareKVHTTPDriver from "unstorage/drivers/cloudflare-kv-http";
import memoryDriver from "unstorage/drivers/memory";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createUnstorageTokenStore } from "../../src/backends/unstorage/index.ts";
import type { EdgeTokenStore } from "../../src/index.ts";
import { SECRET } from "../conformance/unstorage-fixture.ts";
import { delayedKVWorld } from "../support/delayed-kv-world.ts";
import { LocalServer } from "../support/local-server.ts";
import { instrumentDriver } from "../../src/testing/index.ts";

const ANN = { userName: "ann", clientId: "c", refreshToken: "r", accessToken: "a" };

beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date"] }));
afterEach(() => void vi.useRealTimers());

describe("one write a second to a key", () => {
  it("makes ten saves in a row slow, and loses none of them", async () => {
    const { kv, open, run, wait } = delayedKVWorld();
    const store = open("here");
    const begin = Date.now();
    for (let number = 0; number < 10; number++) await run(store.saveToken({ ...ANN, accessToken: `a${number}` }));
    expect(await store.findToken({ accessToken: "a9" })).toMatchObject({ version: 10 });
    const seconds = (Date.now() - begin) / 1000;
    // Nine had to wait for the second to be over: the pause is long enough at the first try.
    expect(kv.requests.refused).toBeGreaterThanOrEqual(9);
    expect(kv.requests.refused).toBeLessThan(20);
    console.log(
      `10 saves of one token in a row: ${kv.requests.refused} answers of 429, all saved, in ${seconds.toFixed(0)} simulated seconds`,
    );
    await wait(1000);

    // The same without the store: each write but the first is lost.
    const before = kv.requests.refused;
    const binding = kv.at("here");
    const bare = await Promise.allSettled(Array.from({ length: 10 }, (_, number) => binding.put("bare", String(number))));
    expect(bare.filter(({ status }) => status === "rejected")).toHaveLength(9);
    console.log(`10 bare writes of one key in a row: ${kv.requests.refused - before} answers of 429, as many lost`);
  });

  it("makes ten saves at once slow, and loses none of them", async () => {
    const { kv, open, run } = delayedKVWorld();
    const store = open("here");
    await run(Promise.all(Array.from({ length: 10 }, (_, number) => store.saveToken({ ...ANN, accessToken: `a${number}` }))));
    expect(await store.findToken({ userName: "ann", clientId: "c" })).toMatchObject({ version: 10 });
    expect(kv.requests.refused).toBeLessThan(20);
  });
});

/** A store on a driver that refuses the calls named, for as long as it is told to. */
function refusing(): { store: EdgeTokenStore; refuse: (pattern: RegExp, times: number) => void; calls: string[] } {
  let [refused, left] = [/^$/, 0];
  const calls: string[] = [];
  const driver = instrumentDriver(memoryDriver(), (call, key) => {
    calls.push(`${call} ${key}`);
    if (left > 0 && refused.test(`${call} ${key}`)) {
      left--;
      throw new Error("KV PUT failed: 429 Too Many Requests");
    }
  });
  const store = createUnstorageTokenStore(createStorage({ driver }), { secret: SECRET });
  return { store, refuse: (pattern, times) => void ([refused, left] = [pattern, times]), calls };
}

/** The error that the promise rejects with, while time goes on. */
async function failureOf(promise: Promise<unknown>): Promise<unknown> {
  const failure = promise.then(
    () => undefined,
    (error: unknown) => error,
  );
  await vi.advanceTimersByTimeAsync(60_000);
  return failure;
}

describe("a storage that refuses for longer than the store waits", () => {
  it.each<[string, RegExp, (store: EdgeTokenStore, id: string) => Promise<unknown>, boolean]>([
    ["a look-up", /^getItem/, (store) => store.findToken({ userName: "ann", clientId: "c" }), false],
    ["a listing", /^getKeys/, (store) => store.getTokens(), false],
    ["a save at its record", /^setItem tokens:r:/, (store) => store.saveToken({ ...ANN, accessToken: "b" }), false],
    ["a save at its index", /^setItem tokens:x:/, (store) => store.saveToken({ ...ANN, accessToken: "b" }), true],
    ["a save at an old index entry", /^removeItem tokens:x:/, (store) => store.saveToken({ ...ANN, accessToken: "b" }), true],
    ["a deletion at its record", /^removeItem tokens:r:/, (store, id) => store.deleteToken(id), false],
    ["a deletion at its index", /^removeItem tokens:x:/, (store, id) => store.deleteToken(id), true],
    ["the deletion of all", /^removeItem tokens:x:/, (store) => store.deleteTokens(), true],
  ])("makes %s say so, and whether anything may have been written", async (_name, pattern, use, mayHaveWritten) => {
    const { store, refuse } = refusing();
    const { id } = await store.saveToken(ANN);
    refuse(pattern, Infinity);
    expect(await failureOf(use(store, id))).toMatchObject({ code: "ERR_STORE_RATE_LIMITED", mayHaveWritten });
    if (!mayHaveWritten) {
      refuse(pattern, 0);
      expect(await store.findToken({ userName: "ann", clientId: "c" })).toMatchObject({ version: 1, accessToken: "a" });
    }
  });

  it("is asked four times in all, and no more", async () => {
    const { store, refuse, calls } = refusing();
    refuse(/^getItem/, Infinity);
    expect(await failureOf(store.findTokenById("some-id"))).toMatchObject({ code: "ERR_STORE_RATE_LIMITED" });
    expect(calls).toHaveLength(4);
  });

  it("can be asked again: the same save completes what was begun", async () => {
    const { store, refuse } = refusing();
    refuse(/^setItem tokens:x:/, Infinity);
    expect(await failureOf(store.saveToken(ANN))).toMatchObject({ mayHaveWritten: true });
    expect(await store.findToken({ accessToken: "a" })).toBeNull();
    refuse(/^$/, 0);
    await store.saveToken(ANN);
    expect(await store.findToken({ accessToken: "a" })).toMatchObject({ userName: "ann", version: 1 });
  });

  it("leaves no write behind that goes on after the save has failed", async () => {
    const calls: string[] = [];
    const driver = instrumentDriver(memoryDriver(), (call, key) => {
      calls.push(`${call} ${key}`);
      if (call === "setItem" && key.includes(":x:user:")) throw new Error("gone");
      if (call === "setItem" && key.includes(":x:access:") && calls.filter((made) => made === `${call} ${key}`).length < 3) {
        throw new Error("KV PUT failed: 429 Too Many Requests");
      }
    });
    const store = createUnstorageTokenStore(createStorage({ driver }), { secret: SECRET });
    let made = 0;
    const failure = store.saveToken(ANN).catch((error: unknown) => {
      made = calls.length;
      return error;
    });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(await failure).toMatchObject({ code: "ERR_STORE_UNAVAILABLE" });
    expect(calls).toHaveLength(made);
  });
});

describe("Workers KV over HTTP", () => {
  it("is waited for when it answers 429, as long as it asks", async () => {
    vi.useRealTimers();
    const seen: number[] = [];
    const values = new Map<string, string>();
    await using server = await LocalServer.start(async (request) => {
      const key = request.url!.replace(/^.*\/values\//, "");
      if (request.method === "GET") {
        const value = values.get(key);
        if (value === undefined) return { status: 404 };
        return { headers: { "content-type": "application/octet-stream" }, body: value };
      }
      seen.push(Date.now());
      if (seen.length === 1) return { status: 429, headers: { "retry-after": "2" } };
      values.set(key, await text(request));
      return { body: { success: true } };
    });
    const account = { accountId: "account", namespaceId: "namespace", apiToken: "none" };
    const driver = cloudflareKVHTTPDriver({ ...account, apiURL: server.url });
    const store = createUnstorageTokenStore(createStorage({ driver }), { secret: SECRET });
    await store.saveToken(ANN);
    expect(seen[1]! - seen[0]!).toBeGreaterThanOrEqual(1990);
    expect(await store.findToken({ refreshToken: "r" })).toMatchObject({ userName: "ann" });
  });
});
