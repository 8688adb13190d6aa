import { createStorage } from "unstorage";
import redisDriver from "unstorage/drivers/redis";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createUnstorageTokenStore } from "../../src/backends/unstorage/index.ts";
import { expectCode } from "../conformance/fixture.ts";
import { SECRET } from "../conformance/unstorage-fixture.ts";
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

it("keeps what the server says out of its errors", async () => {
  const storage = createStorage({ driver: redisDriver({ url: server.url }) });
  const store = createUnstorageTokenStore(storage, { secret: SECRET });
  const admin = createStorage({ driver: redisDriver({ url: server.url }) });
  const client = (await admin.getMount().driver.getInstance!()) as unknown as { call(...command: string[]): Promise<unknown> };
  await client.call("CONFIG", "SET", "maxmemory", "1");
  const error = await store.saveToken({ userName: "marked-name", accessToken: "marked-token" }).then(String, (reason: Error) => reason);
  await client.call("CONFIG", "SET", "maxmemory", "0");
  expect(error).toMatchObject({ code: "ERR_STORE_UNAVAILABLE", cause: { name: "ReplyError", code: "OOM" } });
  expect(JSON.stringify([error, (error as Error).cause, (error as Error).stack])).not.toMatch(/marked/);
  await storage.dispose();
  await admin.dispose();
});
