import type { Redis } from "ioredis";
import { createStorage } from "unstorage";
import type { Driver } from "unstorage";
import redisDriver from "unstorage/drivers/redis";
import { afterAll, beforeAll } from "vitest";
import { RedisServer } from "../support/redis.ts";
import { damagedSuite } from "./damaged-suite.ts";

let server: RedisServer;
let driver: Driver;
beforeAll(async () => {
  server = await RedisServer.start();
  driver = redisDriver({ url: server.url });
});
afterAll(async () => {
  await driver.dispose?.();
  await server.dispose();
});

damagedSuite(async () => {
  await (driver.getInstance as () => Redis)().flushall();
  return createStorage({ driver });
});
