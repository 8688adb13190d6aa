import { createStorage } from "unstorage";
import { describe, expect, it } from "vitest";
import { atomicFsDriver } from "../src/backends/unstorage/atomic-fs/index.ts";
import { createTokenStore } from "../src/backends/custom/index.ts";
import { createIndexedDBTokenStore } from "../src/backends/indexeddb/index.ts";
import { createUnstorageTokenStore } from "../src/backends/unstorage/index.ts";
import { createMemoryTokenStore } from "../src/index.ts";
import { createRedisLock } from "../src/locks/index.ts";
import { createTokenRefresher } from "../src/refresh/index.ts";
import type { TokenRefresher } from "../src/refresh/index.ts";
import { expectCode } from "./conformance/fixture.ts";
import { SECRET } from "./conformance/unstorage-fixture.ts";

const client = { set: async () => {}, get: async () => null, eval: async () => 0 };
const refresher = (options: object): TokenRefresher =>
  createTokenRefresher({ store: createMemoryTokenStore(), refresh: async () => ({ accessToken: "a" }), ...options });

describe("bad input is refused before anything is touched", () => {
  it.each<[string, () => unknown]>([
    ["onDegraded of a store in IndexedDB", () => createIndexedDBTokenStore({ onDegraded: "log" } as never)],
    ["allowClientSecret of a store in IndexedDB", () => createIndexedDBTokenStore({ allowClientSecret: 1 } as never)],
    ["hashTag of a store over unstorage", () => createUnstorageTokenStore(createStorage(), { secret: SECRET, hashTag: "yes" } as never)],
    ["the prefix of a lock over Redis", () => createRedisLock(client, { prefix: 1 } as never)],
    ["the lease of a lock over Redis", () => createRedisLock(client, { leaseMs: 99 })],
    ["the namespace of a refresher", () => refresher({ namespace: "" })],
    ["the lock of a refresher", () => refresher({ lock: {} })],
    ["the origins of a refresher", () => refresher({ origins: ["https://api.example.com/path"] })],
    ["the scheme of a refresher", () => refresher({ scheme: "two words" })],
    ["a backend of your own that is none", () => createTokenStore({ secret: SECRET, backend: (() => null) as never })],
    ["a listener of a refresher", () => refresher({}).subscribe("log" as never)],
  ])("%s", (_name, call) => {
    expect(call).toThrow(expect.objectContaining({ code: "ERR_OPTION_INVALID" }));
  });

  it.each([Number.NaN, new Date(), "5", undefined])("what the clock tells: %s", async (time) => {
    const store = createMemoryTokenStore({ now: (() => time) as never });
    await expectCode(store.saveToken({ userName: "ann", refreshToken: "r" }), "ERR_OPTION_INVALID");
    expect(await store.getTokens()).toEqual([]);
  });

  it.each([{ forceRefresh: 1 }, { signal: {} }])("of a call: %o", async (options) => {
    await expectCode(refresher({}).getAccessToken({ userName: "ann" }, options as never), "ERR_OPTION_INVALID");
  });

  it("a key of a file that is no text", async () => {
    await expectCode(
      Promise.resolve().then(() => atomicFsDriver({ base: "/nowhere" }).getItem(1 as never)),
      "ERR_OPTION_INVALID",
    );
  });
});

it("a store without an index for accounts still merges a user's saves into one record", async () => {
  const store = createMemoryTokenStore({ lookups: ["access"] });
  await store.saveToken({ userName: "ann", clientId: "c", accessToken: "a" });
  expect(await store.saveToken({ userName: "ann", clientId: "c", refreshToken: "r" })).toMatchObject({ accessToken: "a", version: 2 });
  expect(await store.getTokens()).toHaveLength(1);
});
