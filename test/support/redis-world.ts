import type { Redis } from "ioredis";
import { createStorage } from "unstorage";
import type { Driver, Storage } from "unstorage";
import redisDriver from "unstorage/drivers/redis";
import type { RedisOptions } from "unstorage/drivers/redis";
import { afterAll, afterEach, beforeAll, beforeEach } from "vitest";
import { RedisServer } from "./redis.ts";

/** A Redis for the tests of a file, empty at the beginning of each, and a client to look into it. */
export interface RedisWorld {
  readonly url: string;
  readonly client: Redis;
  /** unstorage's own driver, with a connection of its own as another process has it. */
  driver(options?: RedisOptions): Driver;
  /** A storage over this driver, or over one of its own; disposed of after the test. */
  open(driver?: Driver): Storage;
}

export function redisWorld(): RedisWorld {
  let server: RedisServer;
  let admin: Driver;
  let client: Redis;
  let storages: Storage[] = [];
  const driver = (options: RedisOptions = {}): Driver => redisDriver({ url: server.url, ...options });

  beforeAll(async () => {
    server = await RedisServer.start();
    admin = driver();
    client = (admin.getInstance as () => Redis)();
  });
  beforeEach(async () => {
    await client.flushall();
  });
  afterEach(async () => {
    await Promise.all(storages.map((storage) => storage.dispose()));
    storages = [];
  });
  afterAll(async () => {
    await admin.dispose?.();
    await server.dispose();
  });

  return {
    get url() {
      return server.url;
    },
    get client() {
      return client;
    },
    driver,
    open(over = driver()) {
      const storage = createStorage({ driver: over });
      storages.push(storage);
      return storage;
    },
  };
}
