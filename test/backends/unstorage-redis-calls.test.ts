import { createStorage } from "unstorage";
import type { Storage } from "unstorage";
import redisDriver from "unstorage/drivers/redis";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createUnstorageTokenStore } from "../../src/backends/unstorage/index.ts";
import type { EdgeTokenStore, StoredToken } from "../../src/index.ts";
import { SECRET } from "../conformance/unstorage-fixture.ts";
import { saveManyTokens } from "../support/many-tokens.ts";
import { RedisCommands } from "../support/redis-commands.ts";
import { RedisServer } from "../support/redis.ts";

const TOKENS = 10_000;

describe(`commands on Redis with ${TOKENS} tokens stored`, () => {
  let server: RedisServer;
  let commands: RedisCommands;
  let storage: Storage;
  let store: EdgeTokenStore;
  let token: StoredToken;

  beforeAll(async () => {
    server = await RedisServer.start();
    const driver = redisDriver({ url: server.url });
    commands = new RedisCommands(driver.getInstance!());
    storage = createStorage({ driver });
    store = createUnstorageTokenStore(storage, { secret: SECRET });
    await saveManyTokens(store, TOKENS);
    // A script is sent whole once, until the server knows it.
    await store.saveToken({ userName: "user-1", clientId: "client", accessToken: "access-1" });
    for (let count = 0; count < 2; count++) token = (await store.findToken({ userName: "user-7777" })) as StoredToken;
  });
  afterAll(async () => {
    await storage.dispose();
    await server.dispose();
  });

  it.each<[string, string[], () => object]>([
    ["id, looked up before, in one script", ["evalsha"], () => ({ id: token.id })],
    ["account, looked up before, in one script", ["evalsha"], () => ({ userName: token.userName, clientId: "client" })],
    ["refresh token in a read and one script", ["mget", "evalsha"], () => ({ refreshToken: token.refreshToken, clientId: "client" })],
  ])("saves a refresh by %s", async (field, expected, match) => {
    for (let count = 0; count < 2; count++) await store.findToken(match());
    const refresh = { ...match(), accessToken: `fresh by ${field}`, expiresAt: 1 };
    expect(await commands.during(() => store.saveToken(refresh))).toEqual(expected);
  });

  it("reads again what another process has changed since", async () => {
    const other = createUnstorageTokenStore(storage, { secret: SECRET });
    for (const scope of ["one", "two"]) {
      await other.saveToken({ id: token.id, scope });
      const saved = await store.saveToken({ id: token.id, tokenType: scope });
      expect(saved).toMatchObject({ scope, tokenType: scope });
    }
    expect(await commands.during(() => store.saveToken({ id: token.id, scope: "two" }))).toContain("get");
  });

  it("finds 50 tokens at once in two commands, of which the first waits for no other look-up", async () => {
    const users = Array.from({ length: 50 }, (_, number) => `user-${5000 + number}`);
    const made = await commands.during(async () => {
      const found = await Promise.all(users.map((userName) => store.findToken({ userName, clientId: "client" })));
      expect(found.map((one) => one?.userName)).toEqual(users);
    });
    expect(made).toEqual(["get", "mget"]);
  });

  it("deletes in a read and one script", async () => {
    const { id } = (await store.findToken({ userName: "user-2" }))!;
    expect(await commands.during(() => store.deleteToken(id))).toEqual(["get", "evalsha"]);
  });

  it("saves what is stored already without a write, having looked whether its pointers are there", async () => {
    const unchanged = { userName: "user-1", clientId: "client", accessToken: "access-1" };
    expect(await commands.during(() => store.saveToken(unchanged))).toEqual(["get", "evalsha"]);
  });

  it("misses with one read more, to tell a wrong secret from an unknown user", async () => {
    const made = await commands.during(async () => expect(await store.findToken({ accessToken: "unknown" })).toBeNull());
    expect(made).toEqual(["evalsha", "get"]);
  });

  it("inserts the record and its five pointers in one script, having looked at once for whatever else it could match", async () => {
    const fresh = { userName: "new", clientId: "client", accessToken: "new-a", refreshToken: "new-r", grantToken: "new-g" };
    const [account, accountIndex, others, register, insert, ...more] = await commands.trips(() => store.saveToken(fresh));
    expect([account, accountIndex, register, insert]).toEqual([["get"], ["evalsha"], ["get"], ["evalsha"]]);
    // The user without a client; grant and refresh token without a user; the place of the new record.
    expect(others?.toSorted()).toEqual(["evalsha", "evalsha", "evalsha", "get", "get"]);
    expect(more).toEqual([]);
  });

  it("lists all by 1000 keys at a time, and with one read for each page", async () => {
    let listed = 0;
    const made = await commands.during(async () => {
      for await (const _token of store.tokens({ pageSize: 1000 })) listed++;
    });
    expect(listed).toBe(TOKENS);
    expect(made.filter((command) => command === "mget")).toHaveLength(10);
    // Each token has six keys; SCAN may look at a few more than it was asked to.
    expect(made.filter((command) => command === "scan").length).toBeLessThanOrEqual(70);
    expect(new Set(made)).toEqual(new Set(["scan", "mget"]));
  });
});
