import "fake-indexeddb/auto";
import { createStorage } from "unstorage";
import type { Driver } from "unstorage";
import fsDriver from "unstorage/drivers/fs";
import lruCacheDriver from "unstorage/drivers/lru-cache";
import memoryDriver from "unstorage/drivers/memory";
import redisDriver from "unstorage/drivers/redis";
import { expect, it } from "vitest";
import { createIndexedDBTokenStore } from "../../src/backends/indexeddb/index.ts";
import { atomicFsDriver } from "../../src/backends/unstorage/atomic-fs/index.ts";
import { createUnstorageTokenStore } from "../../src/backends/unstorage/index.ts";
import type { Secret } from "../../src/backends/unstorage/index.ts";
import { createMemoryTokenStore } from "../../src/index.ts";
import { SECRET } from "../conformance/unstorage-fixture.ts";

const over = (driver: Driver) => createUnstorageTokenStore(createStorage({ driver }), { secret: SECRET }).capabilities;

it("tells what each engine promises", () => {
  expect(createMemoryTokenStore().capabilities).toMatchObject({ engine: "memory", atomic: true, persistent: false });
  expect(createIndexedDBTokenStore().capabilities).toMatchObject({ engine: "indexeddb", atomic: true, durable: true, persistent: true });
  expect(over(memoryDriver())).toMatchObject({ engine: "memory", atomic: false, durable: false, persistent: false });
  expect(over(lruCacheDriver({}))).toMatchObject({ engine: "lru-cache", persistent: false });
  expect(over(redisDriver({ lazyConnect: true }))).toMatchObject({
    engine: "redis",
    atomic: false,
    consistency: "strong",
    ttl: true,
    persistent: true,
  });
  expect(over(fsDriver({ base: "." }))).toMatchObject({ engine: "fs", durable: false, persistent: true });
  expect(over(atomicFsDriver({ base: "." }))).toMatchObject({
    engine: "atomic-fs",
    atomic: false,
    consistency: "strong",
    durable: true,
    ttl: true,
    persistent: true,
  });
});

it("tells whether records are sealed", () => {
  const sealedBy = (secret: Secret): boolean => createUnstorageTokenStore(createStorage(), { secret }).capabilities.sealed;
  expect(sealedBy(SECRET)).toBe(true);
  expect(sealedBy([SECRET, false])).toBe(true);
  expect(sealedBy(false)).toBe(false);
  expect(sealedBy([false, SECRET])).toBe(false);
  expect(createIndexedDBTokenStore().capabilities.sealed).toBe(true);
  expect(createMemoryTokenStore().capabilities.sealed).toBe(false);
});

it("promises nothing of a driver that it does not know", () => {
  const facts = { atomic: false, consistency: "eventual", durable: false, ttl: false, sealed: true, persistent: false };
  expect(over({ ...memoryDriver(), name: "somebody's own" })).toEqual({ engine: "somebody's own", ...facts });
  const { name: _, ...nameless } = memoryDriver();
  expect(over(nameless)).toEqual({ engine: "unstorage", ...facts });
});

it("asks the driver that is mounted where the tokens lie", () => {
  const storage = createStorage({ driver: memoryDriver() });
  const store = createUnstorageTokenStore(storage, { secret: SECRET, namespace: "app" });
  storage.mount("app", fsDriver({ base: "." }));
  expect(store.capabilities.engine).toBe("fs");
});
