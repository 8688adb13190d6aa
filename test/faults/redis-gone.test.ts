import type { Redis } from "ioredis";
import { createStorage } from "unstorage";
import redisDriver from "unstorage/drivers/redis";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createUnstorageTokenStore } from "../../src/backends/unstorage/index.ts";
import { expectCode } from "../conformance/fixture.ts";
import { SECRET } from "../conformance/unstorage-fixture.ts";
import { dumpRedis } from "../support/redis-dump.ts";
import { RedisServer } from "../support/redis.ts";

let server: RedisServer;
beforeAll(async () => {
  server = await RedisServer.start();
});
afterAll(() => server.dispose());

it("says that the storage is unavailable while Redis is gone, and works again when it is back", async () => {
  const driver = redisDriver({ url: server.url, maxRetriesPerRequest: 1, retryStrategy: () => 50, connectTimeout: 1000 });
  const storage = createStorage({ driver });
  const client = (await driver.getInstance!()) as unknown as { on(event: "error", listener: () => void): void };
  client.on("error", () => {});
  const store = createUnstorageTokenStore(storage, { secret: SECRET });
  const token = { userName: "ann", clientId: "c", accessToken: "a", refreshToken: "r" };
  const { id } = await store.saveToken(token);

  const underWay = Array.from({ length: 20 }, (_, number) => store.saveToken({ id, accessToken: `a-${number}` }));
  const settled = Promise.allSettled(underWay);
  await server.stop("SIGKILL");
  for (const result of await settled) {
    if (result.status === "rejected") expect(result.reason).toMatchObject({ code: "ERR_STORE_UNAVAILABLE" });
  }
  await expectCode(store.findToken(token), "ERR_STORE_UNAVAILABLE");
  await expectCode(store.findTokenById(id), "ERR_STORE_UNAVAILABLE");
  await expectCode(store.saveToken(token), "ERR_STORE_UNAVAILABLE");
  await expectCode(store.deleteToken(id), "ERR_STORE_UNAVAILABLE");
  await expectCode(store.getTokens(), "ERR_STORE_UNAVAILABLE");
  await expectCode(store.deleteTokens(), "ERR_STORE_UNAVAILABLE");

  await server.start();
  await expect.poll(() => store.saveToken(token).catch(() => null), { timeout: 60_000 }).toMatchObject({ id });
  expect(await store.findToken({ accessToken: "a" })).toMatchObject({ id });
  await storage.dispose();
});

it.each([
  ["OOM", ["CONFIG", "SET", "maxmemory", "1"], ["CONFIG", "SET", "maxmemory", "0"]],
  ["READONLY", ["REPLICAOF", "127.0.0.1", "1"], ["REPLICAOF", "NO", "ONE"]],
])("writes all or nothing where the server refuses with %s, and keeps what it says out of the error", async (code, refuse, allow) => {
  const driver = redisDriver({ url: server.url });
  const storage = createStorage({ driver });
  const client = (driver.getInstance as () => Redis)();
  await client.flushall();
  const store = createUnstorageTokenStore(storage, { secret: SECRET });
  const { id } = await store.saveToken({ userName: "ann", accessToken: "first" });
  const before = await dumpRedis(client);
  await client.call(...(refuse as [string, ...string[]]));
  for (const save of [
    { userName: "marked-name", accessToken: "marked-token" },
    { id, userName: "marked-name", accessToken: "marked-token" },
  ]) {
    const error: Error = await store.saveToken(save).then(
      () => new Error("saved"),
      (reason: Error) => reason,
    );
    expect(error).toMatchObject({ code: "ERR_STORE_UNAVAILABLE", cause: { name: "ReplyError", code } });
    expect(JSON.stringify([error.message, error, error.cause, error.stack])).not.toMatch(/marked/);
  }
  await client.call(...(allow as [string, ...string[]]));
  expect(await dumpRedis(client)).toEqual(before);
  await expect.poll(() => store.saveToken({ id, accessToken: "second" }).catch(() => null)).toMatchObject({ version: 2 });
  await storage.dispose();
});
