import type { Cluster } from "ioredis";
import redisDriver from "unstorage/drivers/redis";
import { afterAll, beforeAll } from "vitest";
import { bytesOf } from "../conformance/fixture.ts";
import { tokenStoreSuite } from "../conformance/token-store-suite.ts";
import { unstorageFixture } from "../conformance/unstorage-fixture.ts";
import { RedisClusterServers } from "../support/redis-cluster.ts";
import { dumpRedis } from "../support/redis-dump.ts";

let servers: RedisClusterServers;
beforeAll(async () => {
  servers = await RedisClusterServers.start();
});
afterAll(() => servers.dispose());

tokenStoreSuite({
  name: "unstorage Redis Cluster",
  shared: true,
  async create() {
    await servers.flush();
    const driver = redisDriver({ cluster: servers.nodes, clusterOptions: {} });
    const client = (driver.getInstance as () => Cluster)();
    // The driver lists the keys of one server.
    const keys = async (): Promise<string[]> => [...(await dumpRedis(client)).keys()];
    return unstorageFixture(driver, async () => bytesOf(await dumpRedis(client)), { hashTag: true, keys });
  },
});
