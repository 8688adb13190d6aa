import type { Redis } from "ioredis";
import type { Storage } from "unstorage";
import { beforeEach, describe, expect, it } from "vitest";
import type { StoredRecord } from "../../src/backend.ts";
import { UnstorageBackend } from "../../src/backends/unstorage/backend.ts";
import { createUnstorageTokenStore } from "../../src/backends/unstorage/index.ts";
import type { EdgeTokenStore, StoredToken, TokenEvent, TokenInput, TokenStoreError } from "../../src/index.ts";
import { rotateSecret } from "../../src/maintenance/index.ts";
import { REGISTER_KEY } from "../../src/sealing/key-register.ts";
import { namedToken, queriesFor } from "../conformance/fixture.ts";
import { SECRET } from "../conformance/unstorage-fixture.ts";
import { checkPointers, dumpRedis } from "../support/redis-dump.ts";
import { redisWorld } from "../support/redis-world.ts";

const redis = redisWorld();

const [A, B, U, V] = ["a", "b", "c", "d"].map((digit) => digit.repeat(32)) as [string, string, string, string];

const record = (key: string, version: number, body: string, index: StoredRecord["index"] = { user: U }): StoredRecord => ({
  key,
  version,
  keyId: "k",
  index,
  body: { sealed: body },
});

describe("a commit by script", () => {
  let backend: UnstorageBackend;
  beforeEach(async () => {
    await redis.client.set(
      `tokens:r:${REGISTER_KEY}`,
      JSON.stringify({ ...record(REGISTER_KEY, 1, ""), body: { keyIds: [], nonce: "n" } }),
    );
    backend = new UnstorageBackend(redis.open(), "tokens");
    expect(await backend.read(A)).toBeUndefined();
    expect(backend.capabilities.atomic).toBe(true);
  });

  it("tells a record that was deleted and saved anew from the one it read, though the version is the same", async () => {
    expect(await backend.commit(undefined, record(A, 1, "first"))).toBe(true);
    const read = (await backend.read(A))!;
    expect(await backend.commit(read, undefined)).toBe(true);
    expect(await backend.commit(undefined, record(A, 1, "second"))).toBe(true);
    expect(await backend.commit(read, record(A, 2, "third"))).toBe(false);
    expect(await backend.commit(read, undefined)).toBe(false);
    expect(await backend.read(A)).toEqual(record(A, 1, "second"));
  });

  it("inserts and moves only where the key is free", async () => {
    expect(await backend.commit(undefined, record(A, 1, "one"))).toBe(true);
    expect(await backend.commit(undefined, record(A, 1, "two"))).toBe(false);
    expect(await backend.commit(undefined, record(B, 1, "three"))).toBe(true);
    const before = await dumpRedis(redis.client);
    expect(await backend.commit(await backend.read(A), record(B, 2, "four"))).toBe(false);
    expect(await dumpRedis(redis.client)).toEqual(before);
  });

  it("says yes again where the client sends it twice, having lost the answer", async () => {
    const [first, second] = [record(A, 1, "first"), record(A, 2, "second", { user: V })];
    expect(await backend.commit(undefined, first)).toBe(true);
    expect(await backend.commit(undefined, first)).toBe(true);
    const read = (await backend.read(A))!;
    expect(await backend.commit(read, second)).toBe(true);
    const before = await dumpRedis(redis.client);
    expect(await backend.commit(read, second)).toBe(true);
    expect(await dumpRedis(redis.client)).toEqual(before);
  });

  it("moves pointers with the record, and leaves those of others", async () => {
    await backend.commit(undefined, record(A, 1, "one"));
    await backend.commit(undefined, record(B, 1, "two"));
    expect((await backend.lookup("user", U)).map(({ key }) => key)).toEqual([A, B]);
    const [one] = await backend.lookup("user", U);
    expect(await backend.commit(one, record(A, 2, "three", { user: V }))).toBe(true);
    expect(await backend.lookup("user", U)).toEqual([record(B, 1, "two")]);
    expect(await backend.lookup("user", V)).toEqual([record(A, 2, "three", { user: V })]);
    expect(await redis.client.get(`tokens:x:user:${V}`)).toBe(JSON.stringify({ pointers: [{ key: A, version: 2 }] }));
    expect(await backend.commit((await backend.lookup("user", U))[0], undefined)).toBe(true);
    expect(await redis.client.exists(`tokens:x:user:${U}`)).toBe(0);
  });

  it.each(["", "x", "[]", "{}", "[".repeat(2000), '{"pointers":{}}', '{"pointers":[{"key":"x","version":1}]}', '{"pointers":[null]}'])(
    "replaces a damaged pointer list: %j",
    async (damage) => {
      await redis.client.set(`tokens:x:user:${U}`, damage);
      await backend.commit(undefined, record(A, 1, "one"));
      expect(await backend.lookup("user", U)).toEqual([record(A, 1, "one")]);
      await redis.client.set(`tokens:x:user:${U}`, damage);
      await backend.completeIndex((await backend.read(A))!);
      expect(await backend.lookup("user", U)).toEqual([record(A, 1, "one")]);
      await redis.client.set(`tokens:x:user:${U}`, damage);
      expect(await backend.commit(await backend.read(A), undefined)).toBe(true);
      expect(await redis.client.keys("*")).toEqual([`tokens:r:${REGISTER_KEY}`]);
    },
  );

  it("replaces what is no text at all", async () => {
    await redis.client.hset(`tokens:x:user:${U}`, "a", "stranger's");
    await backend.commit(undefined, record(A, 1, "one"));
    expect(await backend.lookup("user", U)).toEqual([record(A, 1, "one")]);
  });

  it("tells what is no text at all from what is not there, among reads at once too", async () => {
    await backend.commit(undefined, record(A, 1, "one"));
    await redis.client.hset(`tokens:r:${B}`, "a", "stranger's");
    const reads = await Promise.allSettled([backend.read(A), backend.read(B), backend.read(U)]);
    expect(reads).toMatchObject([
      { status: "fulfilled", value: record(A, 1, "one") },
      { status: "rejected", reason: { code: "ERR_STORE_UNAVAILABLE" } },
      { status: "fulfilled", value: undefined },
    ]);
  });

  it("completes no index of a record that has changed meanwhile", async () => {
    await backend.commit(undefined, record(A, 1, "one"));
    const read = (await backend.read(A))!;
    await backend.commit(read, record(A, 2, "two", { user: V }));
    await backend.completeIndex(read);
    expect(await redis.client.exists(`tokens:x:user:${U}`)).toBe(0);
  });

  it.each(["not JSON", " {} ", "", '{"version": 1}'])("deletes a damaged record: %j", async (damage) => {
    await redis.client.set(`tokens:r:${A}`, damage);
    const read = (await backend.read(A))!;
    expect(read.body).toBeUndefined();
    expect(await backend.commit(read, undefined)).toBe(true);
    expect(await redis.client.exists(`tokens:r:${A}`)).toBe(0);
  });

  it("updates a record that another tool has spelled otherwise", async () => {
    await redis.client.set(`tokens:r:${A}`, JSON.stringify(record(A, 1, "one"), undefined, 2));
    await redis.client.set(`tokens:x:user:${U}`, JSON.stringify({ pointers: [{ key: A, version: 1 }] }, undefined, 2));
    const [read] = await backend.lookup("user", U);
    expect(await backend.commit(read, record(A, 2, "two"))).toBe(true);
  });
});

/** On a machine with too much to do, a store may give up before its turn comes. */
async function saveInTheEnd(store: EdgeTokenStore, token: TokenInput): Promise<StoredToken> {
  for (;;) {
    try {
      return await store.saveToken(token);
    } catch (error) {
      if ((error as TokenStoreError).code !== "ERR_CONFLICT") throw error;
    }
  }
}

it("25 writers with 40 saves each of one record reach version 1000, with exactly the right keys", async () => {
  const stores = Array.from({ length: 25 }, () => createUnstorageTokenStore(redis.open(), { secret: SECRET }));
  const { id } = await stores[0]!.saveToken({ userName: "ann", clientId: "c", refreshToken: "r" });
  await Promise.all(
    stores.map(async (store, writer) => {
      for (let count = 0; count < 40 - Number(writer === 0); count++) {
        await saveInTheEnd(store, { userName: "ann", clientId: "c", accessToken: `${writer}-${count}` });
      }
    }),
  );
  const token = await stores[0]!.findTokenById(id);
  expect(token).toMatchObject({ version: 1000 });
  expect(await stores[1]!.findToken({ accessToken: token!.accessToken })).toEqual(token);
  const dump = await dumpRedis(redis.client);
  // The register, the record, and a pointer for user, account, refresh and access token.
  expect([...dump.keys()]).toHaveLength(6);
  expect(checkPointers(dump)).toEqual({ dangling: [], missing: [] });
});

it("a secret is rotated while others save, and nothing of the old one is left", async () => {
  const NEXT = "the-next-secret-of-32-characters-or-more";
  const before = createUnstorageTokenStore(redis.open(), { secret: SECRET });
  const names = Array.from({ length: 50 }, (_, number) => `user-${number}`);
  await Promise.all(names.map((name) => before.saveToken(namedToken(name))));
  const [rotating, saving] = [redis.open(), redis.open()].map((storage) => createUnstorageTokenStore(storage, { secret: [NEXT, SECRET] }));
  await Promise.all([
    rotateSecret(rotating!),
    ...names.map((userName) => saving!.saveToken({ userName, clientId: "c", accessToken: `fresh-${userName}` })),
  ]);
  const dump = await dumpRedis(redis.client);
  expect([...dump.keys()]).toHaveLength(1 + 50 * 6);
  expect(checkPointers(dump)).toEqual({ dangling: [], missing: [] });
  const after = createUnstorageTokenStore(redis.open(), { secret: NEXT });
  for (const token of await after.getTokens()) {
    expect(token).toMatchObject({ version: 2, accessToken: `fresh-${token.userName}` });
    for (const query of queriesFor(token)) expect(await after.findToken(query)).toEqual(token);
  }
});

/** A client that sends every deletion twice, as ioredis does where the connection was lost with the answer. */
function repeatingDeletions(): Storage {
  const storage = redis.open();
  const client = (storage.getMount("").driver.getInstance as () => Redis)();
  for (const name of ["evalsha", "eval"] as const) {
    const send = client[name].bind(client) as (...args: unknown[]) => Promise<unknown>;
    Object.assign(client, {
      [name]: async (...args: unknown[]) => {
        if (args.includes("delete")) await send(...args);
        return send(...args);
      },
    });
  }
  return storage;
}

it("tells of a deletion that the client sends twice, having lost the answer", async () => {
  const store = createUnstorageTokenStore(repeatingDeletions(), { secret: SECRET });
  const { id } = await store.saveToken(namedToken("ann"));
  const heard: TokenEvent[] = [];
  store.subscribe((event) => heard.push(event));
  await store.deleteToken(id);
  expect(heard).toEqual([{ type: "deleted", id }]);
  await store.deleteToken(id);
  expect(heard).toHaveLength(1);
});

it("does not take a token for deleted that another process has moved to a secret of its own", async () => {
  const storage = redis.open();
  const { id } = await createUnstorageTokenStore(storage, { secret: SECRET }).saveToken(namedToken("ann"));
  const NEXT = "the-next-secret-of-32-characters-or-more";
  const rotating = createUnstorageTokenStore(redis.open(), { secret: [NEXT, SECRET] });
  const client = (storage.getMount("").driver.getInstance as () => Redis)();
  const send = client.evalsha.bind(client) as (...args: unknown[]) => Promise<unknown>;
  const store = createUnstorageTokenStore(storage, { secret: SECRET });
  const heard: TokenEvent[] = [];
  store.subscribe((event) => heard.push(event));
  let moved: Promise<unknown> | undefined;
  Object.assign(client, {
    evalsha: async (...args: unknown[]) => {
      if (args.includes("delete")) await (moved ??= rotateSecret(rotating));
      return send(...args);
    },
  });
  await expect(store.deleteToken(id)).rejects.toMatchObject({ code: "ERR_SECRET_MISMATCH" });
  expect(heard).toEqual([]);
  expect(await rotating.findTokenById(id)).not.toBeNull();
});

it("goes on where the server has forgotten its scripts", async () => {
  const store = createUnstorageTokenStore(redis.open(), { secret: SECRET });
  await store.saveToken(namedToken("ann"));
  await redis.client.script("FLUSH");
  const saved = await store.saveToken({ ...namedToken("ann"), accessToken: "new" });
  await redis.client.script("FLUSH");
  expect(await store.findToken({ accessToken: "new" })).toEqual(saved);
});
