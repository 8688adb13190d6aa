import { createStorage } from "unstorage";
import redisDriver from "unstorage/drivers/redis";
import { expect, it } from "vitest";
import { createUnstorageTokenStore } from "../../src/backends/unstorage/index.ts";
import { createRedisLock } from "../../src/locks/index.ts";
import type { RedisLockClient } from "../../src/locks/index.ts";
import { SECRET } from "../conformance/unstorage-fixture.ts";
import { asFile, countOperations } from "../support/operations.ts";
import { RedisCommands } from "../support/redis-commands.ts";
import { RedisServer } from "../support/redis.ts";

it("costs on Redis the commands that docs/scale.md counts", async () => {
  const server = await RedisServer.start();
  const driver = redisDriver({ url: server.url });
  const client = (await driver.getInstance!()) as RedisLockClient;
  const commands = new RedisCommands(client);
  const store = createUnstorageTokenStore(createStorage({ driver }), { secret: SECRET });
  // Scripts are sent whole once, until the server knows them.
  await countOperations(store, async (task) => (await task(), {}), { lock: createRedisLock(client) });
  await store.deleteTokens();
  const during = async (task: () => Promise<unknown>): Promise<Record<string, number>> => ({
    command: (await commands.during(task)).length,
  });
  const counts = await countOperations(store, during, { lock: createRedisLock(client) });
  await driver.dispose?.();
  await server.dispose();
  await expect(asFile(counts)).toMatchFileSnapshot("../../bench/results/operations-redis.json");
});
