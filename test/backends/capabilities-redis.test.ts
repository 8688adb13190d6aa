import redisDriver from "unstorage/drivers/redis";
import { afterAll, beforeAll, onTestFinished } from "vitest";
import { capabilitySuite, realTime, TTL_SECONDS } from "../support/capability-suite.ts";
import { RedisServer } from "../support/redis.ts";

let server: RedisServer;
beforeAll(async () => {
  server = await RedisServer.start();
});
afterAll(() => server.dispose());

let serial = 0;

capabilitySuite("Redis", async () => {
  const base = `capabilities-${++serial}`;
  return {
    driver: () => {
      const driver = redisDriver({ url: server.url, base });
      onTestFinished(() => void driver.dispose?.());
      return driver;
    },
    elapse: realTime,
    ttlSeconds: TTL_SECONDS,
  };
});
