import type { Cluster } from "ioredis";
import { createStorage } from "unstorage";
import redisDriver from "unstorage/drivers/redis";
import { expect, it } from "vitest";
import { createUnstorageTokenStore } from "../../src/backends/unstorage/index.ts";
import { expectCode, namedToken } from "../conformance/fixture.ts";
import { SECRET } from "../conformance/unstorage-fixture.ts";
import { RedisClusterServers } from "../support/redis-cluster.ts";

const TOKENS = 30;

it("lists nothing rather than a part while a master of the cluster is gone, and all when it is back", async () => {
  const servers = await RedisClusterServers.start("--appendonly", "yes");
  const redisOptions = { maxRetriesPerRequest: 1, connectTimeout: 1000 };
  const driver = redisDriver({ cluster: servers.nodes, clusterOptions: { redisOptions, retryDelayOnClusterDown: 10 } });
  (driver.getInstance as () => Cluster)().on("error", () => {});
  const storage = createStorage({ driver });
  const store = createUnstorageTokenStore(storage, { secret: SECRET });
  await Promise.all(Array.from({ length: TOKENS }, (_, number) => store.saveToken(namedToken(`user-${number}`))));
  expect(await store.getTokens()).toHaveLength(TOKENS);

  await servers.servers[2]!.stop("SIGKILL");
  await expectCode(store.getTokens(), "ERR_STORE_UNAVAILABLE");
  await expectCode(store.deleteTokens(), "ERR_STORE_UNAVAILABLE");

  await servers.servers[2]!.start();
  await expect.poll(() => store.getTokens().catch(() => []), { timeout: 30_000 }).toHaveLength(TOKENS);
  await storage.dispose();
  await servers.dispose();
});
