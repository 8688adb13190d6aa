import type { Redis } from "ioredis";
import redisDriver from "unstorage/drivers/redis";
import { afterAll, beforeAll } from "vitest";
import { tokenStoreSuite } from "../conformance/token-store-suite.ts";
import { unstorageFixture } from "../conformance/unstorage-fixture.ts";
import { RedisServer } from "../support/redis.ts";

let server: RedisServer;
beforeAll(async () => {
  server = await RedisServer.start();
});
afterAll(() => server.dispose());

async function dump(client: Redis): Promise<Uint8Array[]> {
  const keys = await client.keysBuffer("*");
  const values = await Promise.all(keys.map((key) => client.getBuffer(key)));
  return [...keys, ...values.flatMap((value) => value ?? [])];
}

tokenStoreSuite({
  name: "unstorage Redis",
  shared: true,
  async create() {
    const driver = redisDriver({ url: server.url });
    const client = (driver.getInstance as () => Redis)();
    await client.flushall();
    return unstorageFixture(driver, () => dump(client));
  },
});
