import redisDriver from "unstorage/drivers/redis";
import { fillStore } from "../support/fill-store.ts";
import { RedisClusterServers } from "../support/redis-cluster.ts";
import { cliSuite } from "./commands-suite.ts";

cliSuite("a Redis Cluster", async () => {
  const servers = await RedisClusterServers.start();
  return {
    address: servers.servers[0]!.url.replace("redis:", "redis-cluster:"),
    options: ["--hash-tag"],
    save: (tokens) => fillStore(redisDriver({ cluster: servers.nodes, clusterOptions: {} }), tokens, { hashTag: true }),
    dispose: () => servers.dispose(),
  };
});
