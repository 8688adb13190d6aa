import type { Cluster } from "ioredis";
import { createStorage, prefixStorage } from "unstorage";
import type { Storage } from "unstorage";
import redisDriver from "unstorage/drivers/redis";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createUnstorageTokenStore } from "../../src/backends/unstorage/index.ts";
import type { EdgeTokenStore, StoredToken } from "../../src/index.ts";
import { all, expectCode, namedToken, queriesFor } from "../conformance/fixture.ts";
import { SECRET } from "../conformance/unstorage-fixture.ts";
import { RedisClusterServers } from "../support/redis-cluster.ts";
import { checkPointers, dumpRedis } from "../support/redis-dump.ts";
import { shiftedDriver } from "../support/shifted-driver.ts";

const TOKENS = 300;

let servers: RedisClusterServers;
let storage: Storage;
let client: Cluster;
let store: EdgeTokenStore;

function connect(base = ""): Storage {
  const driver = redisDriver({ cluster: servers.nodes, clusterOptions: {}, base });
  client = (driver.getInstance as () => Cluster)();
  return createStorage({ driver });
}

beforeAll(async () => {
  servers = await RedisClusterServers.start();
});
afterAll(() => servers.dispose());
afterEach(() => storage.dispose());

/** Spread over the slots: ordered writes, single reads, and a list that has to ask every master. */
describe.each(["", "app:"])("on a Redis Cluster without a hash tag, under the base %j", (base) => {
  const saved: StoredToken[] = [];
  beforeEach(async () => {
    await servers.flush();
    storage = connect(base);
    store = createUnstorageTokenStore(storage, { secret: SECRET });
    saved.length = 0;
    saved.push(...(await Promise.all(Array.from({ length: TOKENS }, (_, number) => store.saveToken(namedToken(`user-${number}`))))));
    await client.set("tokensx:r:00000000000000000000000000000000", JSON.stringify({ index: {}, text: "a stranger's" }));
  });

  it(`${TOKENS} tokens are found by each field, all listed, changed, and all deleted`, async () => {
    for (const token of saved.slice(0, 50)) for (const query of queriesFor(token)) expect(await store.findToken(query)).toEqual(token);
    expect((await store.getTokens()).map(({ id }) => id).sort()).toEqual(saved.map(({ id }) => id).sort());
    expect(await all(store.tokens({ pageSize: 7 }))).toHaveLength(TOKENS);
    await Promise.all(saved.map(({ id }, number) => store.saveToken({ id, accessToken: `fresh-${number}` })));
    expect(checkPointers(await dumpRedis(client))).toEqual({ dangling: [], missing: [] });
    for (const [number, { id }] of saved.slice(0, 50).entries()) {
      expect(await store.findToken({ accessToken: `fresh-${number}` })).toMatchObject({ id, version: 2 });
    }
    await store.deleteToken(saved[0]!.id);
    expect(await store.findToken({ userName: "user-0" })).toBeNull();
    await store.deleteTokens();
    expect([...(await dumpRedis(client)).keys()]).toEqual(["tokensx:r:00000000000000000000000000000000"]);
  });

  it("a second process over it lists all at once, also before anything else", async () => {
    const other = connect(base);
    expect(await createUnstorageTokenStore(other, { secret: SECRET }).getTokens()).toHaveLength(TOKENS);
    await other.dispose();
  });

  it("says that saves are not atomic there", async () => {
    expect(store.capabilities).toMatchObject({ engine: "redis", atomic: false });
    const other = connect(base);
    expect(createUnstorageTokenStore(other, { secret: SECRET }).capabilities.atomic).toBe(false);
    await other.dispose();
  });
});

describe("on a Redis Cluster", () => {
  beforeEach(() => servers.flush());

  it("a hash tag makes saves atomic, before the first use and after it", async () => {
    storage = connect();
    const tagged = createUnstorageTokenStore(storage, { secret: SECRET, hashTag: true });
    expect(tagged.capabilities.atomic).toBe(true);
    await tagged.saveToken(namedToken("ann"));
    expect(tagged.capabilities.atomic).toBe(true);
    expect([...(await dumpRedis(client)).keys()].filter((key) => !key.startsWith("{tokens}:"))).toEqual([]);
  });

  it.each([true, false])("a prefixStorage is as good as a base, and as cheap: hash tag %j", async (hashTag) => {
    storage = connect("app");
    const prefixed = createUnstorageTokenStore(prefixStorage(storage, "tenant"), { secret: SECRET, hashTag });
    const saved = await Promise.all(Array.from({ length: 20 }, (_, number) => prefixed.saveToken(namedToken(`user-${number}`))));
    expect(prefixed.capabilities.atomic).toBe(hashTag);
    for (const token of saved) for (const query of queriesFor(token)) expect(await prefixed.findToken(query)).toEqual(token);
    expect(await prefixed.getTokens()).toHaveLength(20);
    expect([...(await dumpRedis(client)).keys()].filter((key) => !key.startsWith("app:tenant:"))).toEqual([]);
    await prefixed.deleteTokens();
    expect([...(await dumpRedis(client)).keys()]).toEqual([]);
  });

  it.each([true, false])("a list of a driver that shifts its keys is refused, not cut short: hash tag %j", async (hashTag) => {
    storage = createStorage({ driver: shiftedDriver(connect().getMount("").driver) });
    const shifted = createUnstorageTokenStore(storage, { secret: SECRET, hashTag });
    expect(await shifted.getTokens()).toEqual([]);
    await shifted.deleteTokens();
    const ann = await shifted.saveToken(namedToken("ann"));
    expect(shifted.capabilities.atomic).toBe(false);
    for (const query of queriesFor(ann)) expect(await shifted.findToken(query)).toEqual(ann);
    await expectCode(shifted.getTokens(), "ERR_OPTION_INVALID");
    await expectCode(shifted.deleteTokens(), "ERR_OPTION_INVALID");
    expect(await shifted.findToken({ userName: "ann" })).toEqual(ann);
  });
});
