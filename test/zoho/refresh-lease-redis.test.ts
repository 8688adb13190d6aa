import { Redis } from "ioredis";
import { createStorage } from "unstorage";
import redisDriver from "unstorage/drivers/redis";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createUnstorageTokenStore } from "../../src/backends/unstorage/index.ts";
import { createRedisLock } from "../../src/locks/index.ts";
import { SECRET } from "../conformance/unstorage-fixture.ts";
import { RedisServer } from "../support/redis.ts";
import { ZOHO_SDKS } from "../support/zoho-sdks.ts";
import { CLIENT, ZohoServer } from "../support/zoho-server.ts";

let redis: RedisServer;
let server: ZohoServer;
beforeAll(async () => {
  [redis, server] = await Promise.all([RedisServer.start(), ZohoServer.start()]);
});
afterAll(() => Promise.all([redis.dispose(), server.stop()]));

it("two SDKs, each with connections of its own, share one refresh by a lock on Redis", async () => {
  const refreshToken = server.issueRefreshToken();
  const processes = ZOHO_SDKS.slice(0, 2).map((sdk) => {
    const client = new Redis(redis.url);
    const storage = createStorage({ driver: redisDriver({ url: redis.url }) });
    const store = createUnstorageTokenStore(storage, { secret: SECRET });
    const adapter = sdk.adapt(store, { refreshLease: { seconds: 30, lock: createRedisLock(client) } });
    return { sdk, store, adapter, close: () => Promise.all([client.quit(), storage.dispose()]) };
  });
  const { store } = processes[0]!;
  const expired = { clientId: CLIENT.id, clientSecret: CLIENT.secret, refreshToken, accessToken: "old", expiresAt: 1 };
  const { id } = await store.saveToken({ userName: "ann", ...expired });
  await Promise.all(processes.map(({ sdk, adapter }) => sdk.initialize(server.url, sdk.build({ userName: "ann" }), adapter)));
  expect(await Promise.all(processes.map(({ sdk }) => sdk.call()))).toEqual([200, 200]);
  expect(server.grants).toEqual(["refresh_token"]);
  expect((await store.findTokenById(id))?.accessToken).not.toBe("old");
  await Promise.all(processes.map(({ close }) => close()));
});
