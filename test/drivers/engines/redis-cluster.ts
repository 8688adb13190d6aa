import type { Driver } from "unstorage";
import redisDriver from "unstorage/drivers/redis";
import { freePort } from "../../support/free-port.ts";
import { RedisClusterServers } from "../../support/redis-cluster.ts";
import { dumpRedis } from "../../support/redis-dump.ts";
import type { StartedEngine } from "../place.ts";
import { clientOf, redisPlace } from "./redis-place.ts";

export async function start(): Promise<StartedEngine> {
  const servers = await RedisClusterServers.start();
  return {
    async create() {
      await servers.flush();
      const { client, ...place } = await redisPlace(() => redisDriver({ cluster: servers.nodes, clusterOptions: {} }) as Driver);
      return { ...place, hashTag: true, keys: async () => [...(await dumpRedis(client)).keys()] };
    },
    async unreachable() {
      const nodes = [{ host: "127.0.0.1", port: await freePort() }];
      const driver = redisDriver({ cluster: nodes, clusterOptions: { clusterRetryStrategy: () => null } }) as Driver;
      await clientOf(driver);
      return driver;
    },
    stop: () => servers.dispose(),
  };
}
