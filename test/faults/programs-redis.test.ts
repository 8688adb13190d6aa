import { afterAll, beforeAll } from "vitest";
import { redisEngine } from "../model/engines.ts";
import { programsSuite } from "../model/programs-suite.ts";
import { RedisServer } from "../support/redis.ts";

let server: RedisServer;
beforeAll(async () => {
  server = await RedisServer.start();
});
afterAll(() => server.dispose());

programsSuite(
  redisEngine(() => server),
  { programs: 20, seed: 3 },
);
