import { afterAll, beforeAll } from "vitest";
import type { Engine } from "../conformance/fixture.ts";
import { RedisServer } from "../support/redis.ts";
import { redisEngine } from "./engines.ts";

/** The suite on Redis, with a server of its own while the tests of this file run. */
export function onRedis(suite: (engine: Engine) => void): void {
  let server: RedisServer;
  beforeAll(async () => {
    server = await RedisServer.start();
  });
  afterAll(() => server.dispose());
  suite(redisEngine(() => server));
}
