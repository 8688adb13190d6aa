import { createStorage } from "unstorage";
import redisDriver from "unstorage/drivers/redis";
import type { Redis } from "ioredis";
import { expect, it } from "vitest";
import { createUnstorageTokenStore } from "../../src/backends/unstorage/index.ts";
import { checkPointers, dumpRedis } from "../support/redis-dump.ts";
import { RedisWriter, WRITER_SECRET } from "../support/redis-writers.ts";
import { RedisServer } from "../support/redis.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

const PROCESSES = 8;
const SAVES = 2000;
const ACCOUNTS = 20;

it(`${PROCESSES} processes with ${SAVES} saves each on ${ACCOUNTS} shared accounts lose none, and leave exactly the right keys`, async () => {
  const server = await RedisServer.start();
  const cache = await temporaryDirectory();
  const writers = Array.from(
    { length: PROCESSES },
    (_, number) =>
      // Each begins with another account, and still all meet on all of them.
      new RedisWriter({
        url: server.url,
        namespace: "tokens",
        name: `w${number}`,
        first: number * 7,
        count: SAVES,
        accounts: ACCOUNTS,
        cache,
      }),
  );
  await Promise.all(writers.map((writer) => writer.finish()));

  const driver = redisDriver({ url: server.url });
  const storage = createStorage({ driver });
  const store = createUnstorageTokenStore(storage, { secret: WRITER_SECRET });
  const tokens = await store.getTokens();
  const versions = tokens.reduce((sum, { version }) => sum + version, 0);
  for (const token of tokens) {
    expect(await store.findToken({ accessToken: token.accessToken! })).toEqual(token);
    expect(await store.findToken({ refreshToken: token.refreshToken! })).toEqual(token);
  }
  const dump = await dumpRedis((driver.getInstance as () => Redis)());
  const { dangling, missing } = checkPointers(dump);
  console.log(
    `Redis: ${PROCESSES} processes, ${PROCESSES * SAVES} saves: ${tokens.length} records, versions add up to ${versions}, ` +
      `${dangling.length} dangling pointers, ${missing.length} missing`,
  );
  expect({ records: tokens.length, versions, dangling, missing }).toEqual({
    records: ACCOUNTS,
    versions: PROCESSES * SAVES,
    dangling: [],
    missing: [],
  });
  // The register; a record each with pointers for user, account, access and refresh token.
  expect(dump.size).toBe(1 + ACCOUNTS * 5);
  await storage.dispose();
  await server.dispose();
});
