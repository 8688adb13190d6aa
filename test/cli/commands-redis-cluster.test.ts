import { expect, it } from "vitest";
import redisDriver from "unstorage/drivers/redis";
import { runHere } from "../support/cli-run.ts";
import { fillStore } from "../support/fill-store.ts";
import { RedisClusterServers } from "../support/redis-cluster.ts";
import { freePort } from "../support/free-port.ts";
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

it("is sought at an IPv6 address, too", async () => {
  const outcome = await runHere(["list", `redis-cluster://[::1]:${await freePort()}`, "--plain"]);
  // Of a name that does not resolve it would not say so.
  expect(outcome).toMatchObject({ code: 1, err: expect.stringContaining("ClusterAllFailedError") });
});
