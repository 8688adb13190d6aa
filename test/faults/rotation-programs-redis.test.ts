import { afterAll, beforeAll } from "vitest";
import { redisEngine } from "../model/engines.ts";
import { rotationsSuite } from "../model/programs-suite.ts";
import { RedisServer } from "../support/redis.ts";

let server: RedisServer;
beforeAll(async () => {
  server = await RedisServer.start();
});
afterAll(() => server.dispose());

rotationsSuite(
  redisEngine(() => server),
  { programs: 10, seed: 5 },
);
