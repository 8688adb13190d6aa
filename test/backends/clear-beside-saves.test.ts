import nodeSqlite from "db0/connectors/node-sqlite";
import { createStorage } from "unstorage";
import type { Driver } from "unstorage";
import cloudflareKVBindingDriver from "unstorage/drivers/cloudflare-kv-binding";
import memoryDriver from "unstorage/drivers/memory";
import { expect, it } from "vitest";
import { createUnstorageTokenStore } from "../../src/backends/unstorage/index.ts";
import type { EdgeTokenStore, StoredToken } from "../../src/index.ts";
import { checkTokens } from "../../src/maintenance/index.ts";
import { DelayedKV, instrumentDriver } from "../../src/testing/index.ts";
import { queriesThatFind } from "../conformance/fixture.ts";
import { SECRET } from "../conformance/unstorage-fixture.ts";
import { redisWorld } from "../support/redis-world.ts";
import { sqlStorage } from "../support/sql.ts";

const redis = redisWorld();

const ANN = { userName: "ann", clientId: "c", refreshToken: "r", accessToken: "a", grantToken: "g" };

const over = (driver: Driver): EdgeTokenStore => createUnstorageTokenStore(createStorage({ driver }), { secret: SECRET });

/** Two drivers over one place, as two processes have them. */
const ENGINES: Record<string, () => [Driver, Driver]> = {
  memory: () => {
    const driver = memoryDriver() as Driver;
    return [driver, { ...driver }];
  },
  Redis: () => [redis.open().getMount("").driver, redis.open().getMount("").driver],
  SQLite: () => {
    const { driver } = sqlStorage(nodeSqlite({ name: ":memory:" }));
    return [driver, { ...driver }];
  },
  "Workers KV": () => {
    let now = Date.now();
    // A second later with each write, so that every key may be written again.
    const kv = new DelayedKV({ now: () => (now += 1000), random: () => 0 });
    const driver = (): Driver => cloudflareKVBindingDriver({ binding: kv.at("here") as never });
    return [driver(), driver()];
  },
};

it.each(Object.keys(ENGINES))("what is saved on %s while all is deleted is found by all that it has, or not there", async (engine) => {
  const [first, second] = ENGINES[engine]!();
  const other = over(second);
  let saved: StoredToken | undefined;
  // When the records are gone, and their pointers not yet.
  const driver = instrumentDriver(first, async (call, key) => {
    if (saved || call !== "removeItem" || !key.includes(":x:")) return;
    saved = {} as StoredToken;
    saved = await other.saveToken(ANN);
  });
  const store = over(driver);
  await store.saveToken(ANN);
  await store.saveToken({ ...ANN, clientId: "gone", refreshToken: "gone", accessToken: "gone", grantToken: "gone" });
  await store.deleteTokens();
  expect(saved).toMatchObject({ version: 1 });
  expect(await store.getTokens()).toEqual([saved]);
  for (const query of queriesThatFind(saved!)) expect(await other.findTokens(query)).toEqual([saved]);
  expect(await checkTokens(store)).toMatchObject({ records: 1, pointers: 5, missing: 0, dangling: 0 });
  await store.deleteTokens();
  expect(await createStorage({ driver: first }).getKeys()).toEqual([]);
});
