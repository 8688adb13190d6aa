import type { Redis } from "ioredis";
import type { Driver } from "unstorage";
import redisDriver from "unstorage/drivers/redis";
import { freePort } from "../../support/free-port.ts";
import { RedisServer } from "../../support/redis.ts";
import type { StartedEngine } from "../place.ts";
import { clientOf, redisPlace } from "./redis-place.ts";

/** One server for the whole run. */
export async function start(): Promise<StartedEngine> {
  const server = await RedisServer.start();
  const unreachable: Driver[] = [];
  return {
    async create() {
      const { client, ...place } = await redisPlace(() => redisDriver({ url: server.url }) as Driver);
      await (client as Redis).flushall();
      return place;
    },
    async unreachable() {
      const driver = redisDriver({ host: "127.0.0.1", port: await freePort(), retryStrategy: () => null }) as Driver;
      unreachable.push(driver);
      await clientOf(driver);
      return driver;
    },
    async stop() {
      for (const driver of unreachable) await driver.dispose?.();
      await server.dispose();
    },
  };
}
