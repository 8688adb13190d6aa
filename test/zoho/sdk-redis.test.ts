import { createStorage } from "unstorage";
import redisDriver from "unstorage/drivers/redis";
import { afterAll, beforeAll } from "vitest";
import { createUnstorageTokenStore } from "../../src/backends/unstorage/index.ts";
import { SECRET } from "../conformance/unstorage-fixture.ts";
import { RedisServer } from "../support/redis.ts";
import type { StoreFixture } from "./sdk-fixture.ts";
import { zohoSdkSuite } from "./sdk-suite.ts";
import { zohoSdkV2Suite } from "./sdk-v2-suite.ts";

let server: RedisServer;
let databases = 0;
beforeAll(async () => {
  server = await RedisServer.start();
});
afterAll(() => server.dispose());

const create = async (): Promise<StoreFixture> => {
  const storage = createStorage({ driver: redisDriver({ url: server.url, base: `test-${++databases}` }) });
  return { open: () => createUnstorageTokenStore(storage, { secret: SECRET }), dispose: () => storage.dispose() };
};

zohoSdkSuite("Redis", create);
zohoSdkV2Suite("Redis", create);
