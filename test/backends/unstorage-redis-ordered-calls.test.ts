import { createStorage } from "unstorage";
import type { Storage } from "unstorage";
import redisDriver from "unstorage/drivers/redis";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createUnstorageTokenStore } from "../../src/backends/unstorage/index.ts";
import type { EdgeTokenStore, StoredToken } from "../../src/index.ts";
import { SECRET } from "../conformance/unstorage-fixture.ts";
import { DriverCalls, instrumentDriver } from "../../src/testing/index.ts";
import { saveManyTokens } from "../support/many-tokens.ts";
import { RedisServer } from "../support/redis.ts";
import { shiftedDriver } from "../support/shifted-driver.ts";

const TOKENS = 2000;

/** On Redis too, where the driver hides its keys from the client. */
describe(`driver calls where one key is written at a time, with ${TOKENS} tokens stored`, () => {
  const calls = new DriverCalls();
  let server: RedisServer;
  let storage: Storage;
  let store: EdgeTokenStore;
  let token: StoredToken;

  beforeAll(async () => {
    server = await RedisServer.start();
    const driver = instrumentDriver(shiftedDriver(redisDriver({ url: server.url })), calls.count);
    storage = createStorage({ driver });
    store = createUnstorageTokenStore(storage, { secret: SECRET });
    await saveManyTokens(store, TOKENS);
    token = (await store.findToken({ userName: "user-777" })) as StoredToken;
  });
  afterAll(async () => {
    await storage.dispose();
    await server.dispose();
  });

  it.each<[string, number, () => object]>([
    ["id", 1, () => ({ id: token.id })],
    ["account", 1, () => ({ userName: token.userName, clientId: "client" })],
    ["user", 2, () => ({ userName: token.userName })],
    ["access token", 2, () => ({ accessToken: token.accessToken })],
    ["refresh token", 2, () => ({ refreshToken: token.refreshToken })],
    ["grant token", 2, () => ({ grantToken: token.grantToken })],
  ])("finds by %s in %i reads", async (_field, reads, query) => {
    const made = await calls.during(async () => expect(await store.findToken(query())).toEqual(token));
    expect(made).toEqual({ reads, writes: 0, removals: 0, lists: 0 });
  });

  it.each<[string, () => object]>([
    ["id", () => ({ id: token.id })],
    ["account", () => ({ userName: token.userName, clientId: "client" })],
  ])("saves a refresh by %s in 2 reads, 2 writes and 1 removal", async (field, match) => {
    const made = await calls.during(() => store.saveToken({ ...match(), accessToken: `fresh by ${field}`, expiresAt: 1 }));
    expect(made).toEqual({ reads: 2, writes: 2, removals: 1, lists: 0 });
  });

  it("saves what is stored already without a write, having looked whether its pointers are there", async () => {
    const made = await calls.during(() => store.saveToken({ userName: "user-1", clientId: "client", accessToken: "access-1" }));
    expect(made).toEqual({ reads: 2, writes: 0, removals: 0, lists: 0 });
  });

  it("misses with one read more, to tell a wrong secret from an unknown user", async () => {
    const made = await calls.during(async () => expect(await store.findToken({ accessToken: "unknown" })).toBeNull());
    expect(made).toEqual({ reads: 2, writes: 0, removals: 0, lists: 0 });
  });

  it("inserts with the record, its five pointers, and nothing removed", async () => {
    const fresh = { userName: "new", clientId: "client", accessToken: "new-a", refreshToken: "new-r", grantToken: "new-g" };
    const made = await calls.during(() => store.saveToken(fresh));
    expect(made).toMatchObject({ writes: 6, removals: 0, lists: 0 });
  });

  it("lists all with one scan of keys and a read for each page", async () => {
    let listed = 0;
    const made = await calls.during(async () => {
      for await (const _token of store.tokens({ pageSize: 200 })) listed++;
    });
    expect(listed).toBe(TOKENS + 1);
    expect(made).toEqual({ reads: 11, writes: 0, removals: 0, lists: 1 });
  });
});
