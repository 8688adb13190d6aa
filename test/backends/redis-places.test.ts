import { Redis as Redis6 } from "ioredis6";
import { prefixStorage } from "unstorage";
import type { Driver, Storage } from "unstorage";
import memoryDriver from "unstorage/drivers/memory";
import { describe, expect, it } from "vitest";
import { createUnstorageTokenStore } from "../../src/backends/unstorage/index.ts";
import { namedToken, queriesFor } from "../conformance/fixture.ts";
import { SECRET } from "../conformance/unstorage-fixture.ts";
import { checkPointers, dumpRedis } from "../support/redis-dump.ts";
import { redisWorld } from "../support/redis-world.ts";
import { shiftedDriver } from "../support/shifted-driver.ts";

const redis = redisWorld();

/** With a client that unstorage does not know. */
function ownDriver(instance: Redis6): Driver {
  return {
    name: "redis",
    getInstance: () => instance,
    hasItem: async (key) => (await instance.exists(key)) > 0,
    getItem: (key) => instance.get(key),
    setItem: async (key, value) => void (await instance.set(key, value)),
    removeItem: async (key) => void (await instance.unlink(key)),
    getKeys: () => instance.keys("*"),
    dispose: () => instance.disconnect(),
  };
}

interface Place {
  readonly name: string;
  readonly prefix: string;
  readonly atomic: boolean;
  readonly open: () => Storage;
}

const PLACES: Place[] = [
  { name: "the driver alone", prefix: "", atomic: true, open: () => redis.open() },
  { name: "the driver's base", prefix: "app:", atomic: true, open: () => redis.open(redis.driver({ base: "app:" })) },
  { name: "a nested base", prefix: "a:[b]*:", atomic: true, open: () => redis.open(redis.driver({ base: "a/[b]*" })) },
  { name: "the client's keyPrefix", prefix: "p:", atomic: true, open: () => redis.open(redis.driver({ keyPrefix: "p:" })) },
  {
    name: "the base of a mount",
    prefix: "on:",
    atomic: true,
    open: () => redis.open(memoryDriver()).mount("tokens", redis.driver({ base: "on" })),
  },
  { name: "ioredis 6", prefix: "", atomic: true, open: () => redis.open(ownDriver(new Redis6(redis.url))) },
  {
    name: "a base that the driver brings into another form",
    prefix: "app:",
    atomic: true,
    open: () => redis.open(redis.driver({ base: "/app::" })),
  },
  {
    name: "prefixStorage",
    prefix: "base:tenant:",
    atomic: true,
    open: () => prefixStorage(redis.open(redis.driver({ base: "base" })), "tenant"),
  },
  {
    name: "prefixStorage in prefixStorage, at a mount",
    prefix: "base:c:",
    atomic: true,
    open: () => prefixStorage(prefixStorage(redis.open(memoryDriver()).mount("a:b", redis.driver({ base: "base" })), "a"), "b:c"),
  },
  { name: "a driver that shifts its keys", prefix: "shifted:", atomic: false, open: () => redis.open(shiftedDriver(redis.driver())) },
  { name: "a driver with a ttl", prefix: "", atomic: false, open: () => redis.open(redis.driver({ ttl: 1000 })) },
];

describe.each(PLACES)("on Redis, under $name", ({ prefix, atomic, open }) => {
  it("tokens are saved, found, listed and deleted, and nothing else is touched", async () => {
    // The same namespace under the same secret, elsewhere on this server.
    const beside = createUnstorageTokenStore(redis.open(redis.driver({ base: "beside" })), { secret: SECRET });
    const root = createUnstorageTokenStore(redis.open(), { secret: SECRET });
    await Promise.all([beside, ...(prefix ? [root] : [])].map((store) => store.saveToken(namedToken("ann"))));
    await redis.client.set("tokensx:r:00000000000000000000000000000000", JSON.stringify({ index: {}, text: "a stranger's" }));
    const before = await dumpRedis(redis.client);

    const store = createUnstorageTokenStore(open(), { secret: SECRET });
    const ann = await store.saveToken({ ...namedToken("ann"), scope: "here" });
    const ben = await store.saveToken(namedToken("ben"));
    expect(store.capabilities.atomic).toBe(atomic);
    const changed = await store.saveToken({ id: ann.id, accessToken: "changed", grantToken: null });
    for (const query of queriesFor(ben)) expect(await store.findToken(query)).toEqual(ben);
    for (const query of queriesFor(changed).slice(0, 5)) expect(await store.findToken(query)).toEqual(changed);
    expect(await store.findToken({ accessToken: "access-ann" })).toBeNull();
    expect((await store.getTokens()).map(({ id }) => id).sort()).toEqual([ann.id, ben.id].sort());

    const during = await dumpRedis(redis.client);
    const ours = [...during.keys()].filter((key) => !before.has(key));
    // Two records, their nine pointers, and the key register.
    expect(ours).toHaveLength(12);
    // On the mount the storage's own "tokens" is cut off, as unstorage does it.
    const root_ = prefix === "on:" ? "on:" : `${prefix}tokens:`;
    expect(ours.filter((key) => !key.startsWith(root_))).toEqual([]);
    expect(checkPointers(during)).toEqual({ dangling: [], missing: [] });

    // Another process finds the same.
    const again = createUnstorageTokenStore(open(), { secret: SECRET });
    expect(await again.findToken({ refreshToken: "refresh-ann" })).toEqual(changed);
    expect(again.capabilities.atomic).toBe(atomic);
    await again.deleteToken(ben.id);
    expect(await store.findToken({ userName: "ben" })).toBeNull();
    await again.deleteTokens();
    expect(await dumpRedis(redis.client)).toEqual(before);
  });
});

it.each(["/app", ":app", "app/x", "app::"])(
  "finds all of a user under the base %j, whose batches the driver answers under other keys",
  async (base) => {
    const store = createUnstorageTokenStore(redis.open(redis.driver({ base, ttl: 1000 })), { secret: SECRET });
    const tokens = [];
    for (const clientId of ["a", "b", "c"]) tokens.push(await store.saveToken({ userName: "ann", clientId, refreshToken: clientId }));
    expect((await store.findTokens({ userName: "ann" })).map(({ clientId }) => clientId).sort()).toEqual(["a", "b", "c"]);
    await store.deleteToken(tokens[2]!.id);
    expect((await store.findTokens({ userName: "ann" })).map(({ clientId }) => clientId).sort()).toEqual(["a", "b"]);
  },
);

it("leaves the driver's ttl to the driver", async () => {
  const storage = redis.open(redis.driver({ ttl: 1000 }));
  const store = createUnstorageTokenStore(storage, { secret: SECRET });
  expect(store.capabilities.atomic).toBe(false);
  await store.saveToken(namedToken("ann"));
  for (const key of await redis.client.keys("*")) expect(await redis.client.ttl(key)).toBeGreaterThan(0);
});
