import "fake-indexeddb/auto";
import { readdir, stat, truncate } from "node:fs/promises";
import { join } from "node:path";
import nodeSqlite from "db0/connectors/node-sqlite";
import { createStorage } from "unstorage";
import type { Driver } from "unstorage";
import cloudflareKVBindingDriver from "unstorage/drivers/cloudflare-kv-binding";
import fsDriver from "unstorage/drivers/fs";
import lruCacheDriver from "unstorage/drivers/lru-cache";
import memoryDriver from "unstorage/drivers/memory";
import redisDriver from "unstorage/drivers/redis";
import { describe, expect, it } from "vitest";
import { createIndexedDBTokenStore } from "../../src/backends/indexeddb/index.ts";
import { atomicFsDriver } from "../../src/backends/unstorage/atomic-fs/index.ts";
import { createUnstorageTokenStore } from "../../src/backends/unstorage/index.ts";
import type { Secret } from "../../src/backends/unstorage/index.ts";
import { createMemoryTokenStore } from "../../src/index.ts";
import { expectCode, manualClock, unique } from "../conformance/fixture.ts";
import { SECRET } from "../conformance/unstorage-fixture.ts";
import { capabilitySuite, realTime, TTL_SECONDS } from "../support/capability-suite.ts";
import { DelayedKV } from "../../src/testing/index.ts";
import { failStatements, sqlStorage } from "../support/sql.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

const over = (driver: Driver) => createUnstorageTokenStore(createStorage({ driver }), { secret: SECRET }).capabilities;

it("tells what each engine promises", () => {
  expect(createMemoryTokenStore().capabilities).toMatchObject({ engine: "memory", atomic: true, persistent: false });
  expect(createIndexedDBTokenStore().capabilities).toMatchObject({ engine: "indexeddb", atomic: true, durable: true, persistent: true });
  expect(over(memoryDriver())).toMatchObject({ engine: "memory", atomic: false, durable: false, persistent: false });
  expect(over(lruCacheDriver({}))).toMatchObject({ engine: "lru-cache", persistent: false });
  expect(over(redisDriver({ lazyConnect: true }))).toMatchObject({
    engine: "redis",
    atomic: true,
    consistency: "strong",
    ttl: true,
    persistent: true,
  });
  expect(over(fsDriver({ base: "." }))).toMatchObject({ engine: "fs", durable: false, persistent: true });
  expect(
    over(cloudflareKVBindingDriver({ binding: new DelayedKV({ now: Date.now, random: Math.random }).at("here") as never })),
  ).toMatchObject({
    engine: "cloudflare-kv-binding",
    atomic: false,
    consistency: "eventual",
    durable: true,
    ttl: true,
    persistent: true,
  });
  expect(over(atomicFsDriver({ base: "." }))).toMatchObject({
    engine: "atomic-fs",
    atomic: false,
    consistency: "strong",
    durable: true,
    ttl: true,
    persistent: true,
  });
});

it.each([
  [undefined, "strong"],
  ["master", "strong"],
  ["slave", "eventual"],
  ["all", "eventual"],
  [() => [], "eventual"],
] as const)("promises of a Redis Cluster whose reads go to %s that they are %s", (scaleReads, consistency) => {
  const driver = redisDriver({
    cluster: [{ host: "127.0.0.1", port: 1 }],
    clusterOptions: { ...(scaleReads && { scaleReads }) },
  });
  expect(createUnstorageTokenStore(createStorage({ driver }), { secret: SECRET, hashTag: true }).capabilities).toMatchObject({
    atomic: true,
    consistency,
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

capabilitySuite("memory", async () => ({ driver: () => memoryDriver(), elapse: realTime, ttlSeconds: 0.02 }));
capabilitySuite("lru-cache", async () => ({ driver: () => lruCacheDriver({}), elapse: realTime, ttlSeconds: 0.02 }));

capabilitySuite("fs", async () => {
  const base = await temporaryDirectory();
  return { driver: () => fsDriver({ base }), elapse: realTime, ttlSeconds: 0.02 };
});

capabilitySuite("atomic-fs", async () => {
  const base = await temporaryDirectory();
  return { driver: () => atomicFsDriver({ base }), elapse: realTime, ttlSeconds: TTL_SECONDS };
});

capabilitySuite("Cloudflare KV", async () => {
  const clock = manualClock();
  const kv = new DelayedKV({ now: clock.now, random: () => 0.9 });
  return {
    driver: () => cloudflareKVBindingDriver({ binding: kv.at(unique()) as never }),
    elapse: async (milliseconds) => clock.advance(milliseconds),
    ttlSeconds: 60,
  };
});

it("lru-cache drops a token without a word when it is full, so it is not durable", async () => {
  const store = createUnstorageTokenStore(createStorage({ driver: lruCacheDriver({ max: 8 }) }), { secret: SECRET });
  const first = await store.saveToken({ accessToken: "first" });
  for (let number = 0; number < 8; number++) await store.saveToken({ accessToken: `a${number}` });
  expect(await store.findTokenById(first.id)).toBeNull();
  expect(store.capabilities).toMatchObject({ durable: false, persistent: false });
});

describe("a file that a crash has cut short", () => {
  /** The file of the one record below this directory. */
  async function recordIn(base: string): Promise<string> {
    const [name] = await readdir(join(base, "tokens", "r")).then((names) => names.filter((found) => found !== "keys"));
    return join(base, "tokens", "r", name!);
  }

  it.each([
    ["fs, which writes into the file that is there", fsDriver, true],
    ["atomic-fs, which puts another in its place", atomicFsDriver, false],
  ])("can be left behind by %s", async (_name, driverOf, inPlace) => {
    const base = await temporaryDirectory();
    const store = createUnstorageTokenStore(createStorage({ driver: driverOf({ base }) }), { secret: SECRET });
    const { id } = await store.saveToken({ accessToken: "a" });
    const before = await stat(await recordIn(base));
    await store.saveToken({ id, accessToken: "b" });
    expect((await stat(await recordIn(base))).ino === before.ino).toBe(inPlace);
    expect(store.capabilities.durable).toBe(!inPlace);
  });

  it.each([0, 10, 200])("and is told as damage where %i bytes are left of it, not as no token", async (left) => {
    const base = await temporaryDirectory();
    const store = createUnstorageTokenStore(createStorage({ driver: fsDriver({ base }) }), { secret: SECRET });
    const { id } = await store.saveToken({ accessToken: "a", refreshToken: "r" });
    await truncate(await recordIn(base), left);
    await expectCode(store.findTokenById(id), "ERR_RECORD_CORRUPT");
    await expectCode(store.findToken({ refreshToken: "r" }), "ERR_RECORD_CORRUPT");
  });
});

it("IndexedDB keeps tokens beyond the store, memory does not", async () => {
  const namespace = unique();
  const saved = await createIndexedDBTokenStore({ namespace }).saveToken({ accessToken: "a" });
  expect(await createIndexedDBTokenStore({ namespace }).getTokens()).toEqual([saved]);
  await createMemoryTokenStore({ namespace }).saveToken({ accessToken: "a" });
  expect(await createMemoryTokenStore({ namespace }).getTokens()).toEqual([]);
});

it("tells, once it was used, what lies under a SQL driver", async () => {
  const directory = await temporaryDirectory();
  for (const [name, kept] of [[":memory:", false] as const, ["file", true] as const]) {
    const { driver, database } = sqlStorage(nodeSqlite({ name, cwd: directory }));
    const store = createUnstorageTokenStore(createStorage({ driver }), { secret: SECRET });
    await store.saveToken({ refreshToken: "r" });
    expect(store.capabilities).toMatchObject({ engine: "db0", atomic: true, durable: kept, persistent: kept });
    await database.dispose();
  }
});

describe("a SQL connection that can't compare and write in one step", () => {
  it.each([
    ["in memory", "sqlite", ":memory:", undefined, false],
    ["in a file", "sqlite", "file", undefined, true],
    ["in memory, of libsql", "libsql", ":memory:", undefined, false],
    ["in a file, of libsql", "libsql", "file", undefined, true],
    ["of a server that answers no pragma", "libsql", ":memory:", "PRAGMA", true],
  ] as const)("is claimed to do so by nobody, and to keep what it does: %s", async (_name, dialect, name, refused, kept) => {
    const connector = nodeSqlite({ name, cwd: await temporaryDirectory() });
    // As sqlite3 from npm and Cloudflare D1 have it: the methods are there, and answer later.
    const later = { exec: async () => {}, prepare: () => ({ get: async () => ({ one: 1 }), run: async () => {} }) };
    const { driver, database } = sqlStorage({ ...connector, dialect, getInstance: async () => later });
    if (refused) failStatements(database, (sql) => sql.startsWith(refused));
    const store = createUnstorageTokenStore(createStorage({ driver }), { secret: SECRET });
    await store.saveToken({ refreshToken: "r" });
    expect(await store.saveToken({ refreshToken: "r", scope: "s" })).toMatchObject({ version: 2 });
    expect(store.capabilities).toMatchObject({ engine: "db0", atomic: false, durable: kept, persistent: kept });
    await database.dispose();
  });
});
