import redisDriver from "unstorage/drivers/redis";
import { fillStore } from "../support/fill-store.ts";
import { RedisServer } from "../support/redis.ts";
import { cliSuite } from "./commands-suite.ts";

cliSuite("Redis", async () => {
  const server = await RedisServer.start();
  return {
    address: server.url,
    options: ["--base", "app"],
    save: (tokens) => fillStore(redisDriver({ url: server.url, base: "app" }), tokens),
    dispose: () => server.dispose(),
  };
});
