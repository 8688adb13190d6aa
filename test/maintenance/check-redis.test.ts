import { createStorage } from "unstorage";
import redisDriver from "unstorage/drivers/redis";
import { afterAll, beforeAll, describe, onTestFinished } from "vitest";
import { RedisServer } from "../support/redis.ts";
import { faultSuite } from "./fault-suite.ts";

let server: RedisServer;
beforeAll(async () => {
  server = await RedisServer.start();
});
afterAll(() => server.dispose());

describe("checkTokens on Redis", () => {
  faultSuite(async () => {
    const storage = createStorage({ driver: redisDriver({ url: server.url }) });
    onTestFinished(() => storage.dispose());
    return storage;
  });
});
