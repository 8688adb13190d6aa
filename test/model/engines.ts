import "fake-indexeddb/auto";
import { mkdtemp, rm } from "node:fs/promises";
import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Redis } from "ioredis";
import memoryDriver from "unstorage/drivers/memory";
import redisDriver from "unstorage/drivers/redis";
import { atomicFsDriver } from "../../src/backends/unstorage/atomic-fs/index.ts";
import { createMemoryTokenStore } from "../../src/index.ts";
import type { Engine } from "../conformance/fixture.ts";
import { indexedDBFixture } from "../conformance/indexeddb-fixture.ts";
import { unstorageFixture } from "../conformance/unstorage-fixture.ts";
import type { RedisServer } from "../support/redis.ts";

const noDump = async (): Promise<Uint8Array[]> => [];

export const MEMORY: Engine = {
  name: "memory",
  shared: false,
  create: async () => ({
    open: (options = {}) => createMemoryTokenStore(options),
    stranger: { write: async () => {}, read: async () => undefined },
    dump: noDump,
    dispose: async () => {},
  }),
};

export const UNSTORAGE_MEMORY: Engine = {
  name: "unstorage memory",
  shared: true,
  create: async () => unstorageFixture(memoryDriver(), noDump),
};

export const INDEXED_DB: Engine = { name: "IndexedDB (fake-indexeddb)", shared: true, create: async () => indexedDBFixture() };

/** In memory where the system has a place for that: each save waits for the disk several times. */
const FILES = existsSync("/dev/shm") ? "/dev/shm" : tmpdir();

export const ATOMIC_FS: Engine = {
  name: "atomicFsDriver",
  shared: true,
  async create() {
    const base = await mkdtemp(join(FILES, "ets-fs-"));
    const fixture = unstorageFixture(atomicFsDriver({ base }), noDump);
    return {
      ...fixture,
      async dispose() {
        await fixture.dispose();
        await rm(base, { recursive: true, force: true });
      },
    };
  },
};

/** Each fixture has the whole server. */
export function redisEngine(server: () => RedisServer): Engine {
  return {
    name: "Redis",
    shared: true,
    async create() {
      const driver = redisDriver({ url: server().url });
      await (driver.getInstance as () => Redis)().flushall();
      return unstorageFixture(driver, noDump);
    },
  };
}
