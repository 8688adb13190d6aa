import { evictDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import type { StoredRecord } from "../../src/backend.ts";
import { DurableObjectBackend } from "../../src/backends/durable-object/backend.ts";
import { createDurableObjectTokenStore } from "../../src/backends/durable-object/index.ts";
import type { DurableObjectTokenStoreOptions, ObjectNamespace } from "../../src/backends/durable-object/index.ts";
import type { RecordCalls } from "../../src/backends/durable-object/protocol.ts";
import { shardOf } from "../../src/backends/durable-object/shards.ts";
import type { EdgeTokenStore } from "../../src/index.ts";
import { rotateSecret } from "../../src/maintenance/index.ts";
import { all, expectCode, namedToken, queriesFor } from "../conformance/fixture.ts";
import { SECRET } from "../conformance/unstorage-fixture.ts";
import { OwnObjects } from "../support/durable-objects.ts";

const NEXT_SECRET = "another-secret-of-the-tests-with-32-characters";
const MANY = Array.from({ length: 40 }, (_, number) => number);

let objects: OwnObjects;
beforeEach(() => {
  objects = new OwnObjects();
});

function open(options: Partial<DurableObjectTokenStoreOptions> = {}, namespace: ObjectNamespace = objects): EdgeTokenStore {
  return createDurableObjectTokenStore(namespace, { secret: SECRET, ...options });
}

/** The store's own tables in the object; none where it was never written to. */
function tables(name: string): Promise<unknown[]> {
  return objects.query(name, "SELECT name FROM sqlite_master WHERE name LIKE 'token_%'");
}

async function evict(): Promise<void> {
  await Promise.all(Array.from(objects.names, (name) => evictDurableObject(objects.stub(name))));
}

function failure(properties: object): Error {
  return Object.assign(new Error("marked-token-in-the-message"), properties);
}

describe("options", () => {
  it("refuses what is no binding to a class", () => {
    for (const namespace of [undefined, null, {}, "TOKENS", env.KV]) {
      expect(() => createDurableObjectTokenStore(namespace as never, { secret: SECRET })).toThrowError(
        expect.objectContaining({ code: "ERR_OPTION_INVALID" }),
      );
    }
  });

  it("refuses another shard than 1 to 256, and a missing secret", () => {
    for (const shard of [0, -1, 1.5, 257, Number.NaN, "2" as never]) {
      expect(() => open({ shard })).toThrowError(expect.objectContaining({ code: "ERR_OPTION_INVALID" }));
    }
    expect(() => open({ secret: undefined as never })).toThrowError(expect.objectContaining({ code: "ERR_OPTION_INVALID" }));
    expect(() => open({ secret: "short" })).toThrowError(expect.objectContaining({ code: "ERR_SECRET_WEAK" }));
  });

  it("tells a binding to another class from a missing token", async () => {
    await expectCode(open({}, env.OTHER).findToken({ userName: "ann" }), "ERR_OPTION_INVALID");
  });

  it("says what a class that was made without SQLite storage needs", async () => {
    const expected = { code: "ERR_OPTION_INVALID", message: expect.stringContaining("new_sqlite_classes") };
    await expect(open({}, env.WITHOUT_SQLITE).findToken({ userName: "ann" })).rejects.toMatchObject(expected);
  });
});

it("tells what it promises: atomic, but where a new secret moves records between objects", () => {
  const promises = { engine: "durable-object", consistency: "strong", durable: true, ttl: false, sealed: true, persistent: true };
  const rotating = [NEXT_SECRET, SECRET] as const;
  expect(open().capabilities).toEqual({ ...promises, atomic: true });
  expect(open({ shard: 8 }).capabilities).toEqual({ ...promises, atomic: true });
  expect(open({ secret: rotating }).capabilities).toEqual({ ...promises, atomic: true });
  expect(open({ secret: rotating, shard: 8 }).capabilities).toEqual({ ...promises, atomic: false });
});

describe("a commit", () => {
  const record = (version: number, body: string, key = "0".repeat(32)): StoredRecord => ({
    key,
    version,
    keyId: "k",
    index: { user: "u", access: `a${version}` },
    body: { body },
  });
  const backend = (namespace: ObjectNamespace = objects, shard = 1) =>
    new DurableObjectBackend(namespace, "tokens", { moving: true, shard });

  it("is made over the version that was read by one of many alone", async () => {
    const first = record(1, "first");
    expect(await backend().commit(undefined, first)).toBe(true);
    const results = await Promise.all(MANY.map((number) => backend().commit(first, record(2, `by ${number}`))));
    expect(results.filter(Boolean)).toHaveLength(1);
    expect(await backend().read(first.key)).toEqual(record(2, `by ${results.indexOf(true)}`));
    expect(await backend().lookup("access", "a1")).toEqual([]);
    expect(await backend().lookup("access", "a2")).toHaveLength(1);
    expect(await backend().lookup("user", "u")).toHaveLength(1);
  });

  it("of new records with one key inserts one", async () => {
    const results = await Promise.all(MANY.map((number) => backend().commit(undefined, record(1, `by ${number}`))));
    expect(results.filter(Boolean)).toHaveLength(1);
  });

  describe("that moves a record within one object", () => {
    const key = (digit: string): string => digit.repeat(32);
    const [old, moved] = [record(1, "old", key("0")), record(1, "moved", key("1"))];

    it.each([1, 2])("is one call, and only over what was read, shard %i", async (shard) => {
      const calls: string[] = [];
      const counting = objects.through((call, what) => {
        calls.push(what);
        return call();
      });
      const to = { ...moved, key: key(shard === 1 ? "1" : "2") };
      const spread = backend(counting, shard);
      await spread.commit(undefined, old);
      await spread.commit(undefined, record(1, "taken", key("4")));
      calls.length = 0;
      expect(await spread.commit(record(2, "changed"), to)).toBe(false);
      expect(await spread.commit(old, { ...to, key: key("4") })).toBe(false);
      expect(await spread.commit(old, to)).toBe(true);
      expect(await spread.commit(old, to)).toBe(false);
      expect(calls).toHaveLength(4);
      expect((await all(spread.scan({ pageSize: 10 }))).flat()).toEqual([to, record(1, "taken", key("4"))]);
    });

    it("counts once where the answer was lost, and tells of a key that is taken also then", async () => {
      const lost = new Set<string>();
      const lossy = objects.through(async (call, what) => {
        const answer = await call();
        if (lost.has(what)) return answer;
        lost.add(what);
        throw failure({ retryable: true });
      });
      await backend().commit(undefined, old);
      await backend().commit(undefined, record(1, "taken", key("4")));
      expect(await backend(lossy).commit(old, { ...moved, key: key("4") })).toBe(false);
      expect(await backend(lossy).commit(old, moved)).toBe(true);
      expect((await all(backend().scan({ pageSize: 10 }))).flat()).toEqual([moved, record(1, "taken", key("4"))]);
    });
  });

  it("that moves a record to another object takes it back where the old one was changed", async () => {
    const [old, moved] = [record(1, "old"), record(1, "moved", `${"0".repeat(7)}1${"0".repeat(24)}`)];
    const spread = backend(objects, 2);
    await spread.commit(undefined, old);
    await spread.commit(old, record(2, "changed"));
    expect(await spread.commit(old, moved)).toBe(false);
    expect(await spread.read(moved.key)).toBeUndefined();
    expect(await spread.commit(record(2, "changed"), moved)).toBe(true);
    expect(await all(spread.scan({ pageSize: 10 }))).toEqual([[moved]]);
    expect(shardOf(old.key, 2)).not.toBe(shardOf(moved.key, 2));
  });
});

describe("evicted", () => {
  it.each([1, 3])("objects lose nothing, shard %i", async (shard) => {
    const saved = await Promise.all(MANY.map((number) => open({ shard }).saveToken(namedToken(`user-${number}`))));
    await evict();
    for (const token of saved) for (const wanted of queriesFor(token)) expect(await open({ shard }).findToken(wanted)).toEqual(token);
    await evict();
    await open({ shard }).saveToken({ userName: "user-0", clientId: "c", accessToken: "fresh" });
    expect(await open({ shard }).findToken({ accessToken: "fresh" })).toMatchObject({ userName: "user-0", version: 2 });
    expect(await open({ shard }).findToken({ accessToken: "access-user-0" })).toBeNull();
  });

  it("in the middle of saves, an object still counts each of them", async () => {
    const { id } = await open().saveToken({ ...namedToken("ann"), scope: "0" });
    const saving = Promise.all(
      MANY.map(async (number) => {
        for (;;) {
          try {
            return await open().saveToken({ id, scope: `${number + 1}` });
          } catch (error) {
            expect(error).toMatchObject({ code: "ERR_CONFLICT" });
          }
        }
      }),
    );
    for (let round = 0; round < 5; round++) await evictDurableObject(objects.stub("store:tokens:0")).catch(() => {});
    await saving;
    expect(await open().findTokenById(id)).toMatchObject({ version: MANY.length + 1 });
  });
});

describe("spread over objects", () => {
  it("each record lies with its index in the object of its digest, and all of them are used", async () => {
    await Promise.all(MANY.map((number) => open({ shard: 4 }).saveToken(namedToken(`user-${number}`))));
    let records = 0;
    for (const shard of [0, 1, 2, 3]) {
      const rows = await objects.query(`store:tokens:${shard}`, "SELECT * FROM token_records WHERE key <> 'keys'");
      records += rows.length;
      expect(rows.length).toBeGreaterThan(0);
      for (const { key, user_digest: user } of rows) {
        expect(shardOf(key as string, 4)).toBe(shard);
        expect(user).toMatch(/^[0-9a-f]{32}$/);
      }
    }
    expect(records).toBe(MANY.length);
  });

  it("another number of objects is refused, also after an eviction, until the namespace is empty", async () => {
    await Promise.all(MANY.map((number) => open({ shard: 4 }).saveToken(namedToken(`user-${number}`))));
    await evict();
    for (const shard of [1, 2, 8]) {
      const store = open({ shard });
      await expectCode(store.findToken({ userName: "user-1", clientId: "other" }), "ERR_OPTION_INVALID");
      await expectCode(store.findToken({ accessToken: "unknown" }), "ERR_OPTION_INVALID");
      await expectCode(store.saveToken(namedToken("new")), "ERR_OPTION_INVALID");
      await expectCode(store.getTokens(), "ERR_OPTION_INVALID");
      await expectCode(store.deleteTokens(), "ERR_OPTION_INVALID");
    }
    expect(await open({ shard: 4 }).getTokens()).toHaveLength(MANY.length);
    await open({ shard: 4 }).deleteTokens();
    await open({ shard: 8 }).saveToken(namedToken("new"));
    expect(await open({ shard: 8 }).getTokens()).toHaveLength(1);
  });

  it("records move to the objects of a new secret", async () => {
    await Promise.all(MANY.map((number) => open({ shard: 4 }).saveToken(namedToken(`user-${number}`))));
    await expectCode(open({ shard: 4, secret: NEXT_SECRET }).findToken({ userName: "user-1" }), "ERR_SECRET_MISMATCH");
    const moved = await rotateSecret(open({ shard: 4, secret: [NEXT_SECRET, SECRET] }));
    expect(moved).toMatchObject({ moved: MANY.length, unreadable: 0 });
    const tokens = await open({ shard: 4, secret: NEXT_SECRET }).getTokens();
    expect(tokens).toHaveLength(MANY.length);
    for (const wanted of queriesFor(tokens[0]!)) {
      expect(await open({ shard: 4, secret: NEXT_SECRET }).findToken(wanted)).toEqual(tokens[0]);
    }
  });
});

describe("in the object", () => {
  it("a look-up that finds nothing leaves nothing", async () => {
    expect(await open().findToken({ userName: "ann", clientId: "c" })).toBeNull();
    expect(await open().getTokens()).toEqual([]);
    await open().deleteTokens();
    expect(await tables("store:tokens:0")).toEqual([]);
  });

  it("a damaged row is told from a missing one, listed apart, and deleted", async () => {
    const store = open();
    const [ann, ben] = [await store.saveToken(namedToken("ann")), await store.saveToken(namedToken("ben"))];
    await objects.query(
      "store:tokens:0",
      "UPDATE token_records SET body = '{' WHERE version = 1 AND user_digest = (SELECT min(user_digest) FROM token_records)",
    );
    const damaged = await store.findToken({ id: ann.id }).then(
      () => ben,
      () => ann,
    );
    await expectCode(store.findTokenById(damaged.id), "ERR_RECORD_CORRUPT");
    await expectCode(store.findToken({ refreshToken: damaged.refreshToken! }), "ERR_RECORD_CORRUPT");
    const corrupt: string[] = [];
    expect(await all(store.tokens({ onCorrupt: ({ code }) => corrupt.push(code) }))).toHaveLength(1);
    expect(corrupt).toEqual(["ERR_RECORD_CORRUPT"]);
    await store.deleteToken(damaged.id);
    expect(await store.getTokens()).toHaveLength(1);
  });

  it("a token too large for a row is refused before anything is written", async () => {
    await expectCode(open().saveToken({ userName: "ann", accessToken: "x".repeat(1_500_000) }), "ERR_TOKEN_INVALID");
    expect(await tables("store:tokens:0")).toEqual([]);
  });

  it("large tokens are listed in pages that an answer can carry", async () => {
    const store = open();
    for (let number = 0; number < 4; number++) {
      await store.saveToken({ userName: `user-${number}`, accessToken: `${number}`.repeat(1_480_000) });
    }
    const page = await (objects.stub("store:tokens:0") as RecordCalls).listRecords(1, "", 100);
    expect(page).toMatchObject({ result: { more: true } });
    expect(JSON.stringify(page).length).toBeLessThan(4_200_000);
    expect((await all(store.tokens({ pageSize: 100 }))).map(({ accessToken }) => accessToken!.length)).toEqual(Array(4).fill(1_480_000));
  });
});

describe("failures", () => {
  const cases = [
    ["overloaded", { overloaded: true, retryable: true }, "ERR_STORE_RATE_LIMITED", 1],
    ["gone for good", { retryable: true }, "ERR_STORE_UNAVAILABLE", 3],
    ["reset again and again", { durableObjectReset: true }, "ERR_STORE_UNAVAILABLE", 3],
    ["broken", { remote: true }, "ERR_STORE_UNAVAILABLE", 1],
    ["full", { remote: true, message: "database or disk is full: SQLITE_FULL" }, "ERR_STORE_QUOTA", 1],
  ] as const;
  it.each(cases)("an object that is %s is no missing token", async (_name, properties, code, tries) => {
    let calls = 0;
    const store = open(
      {},
      objects.through(async () => {
        calls++;
        throw failure(properties);
      }),
    );
    const error: unknown = await store.findToken({ userName: "ann", clientId: "c" }).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code });
    expect(`${(error as Error).message} ${((error as Error).cause as Error).stack}`).not.toContain("marked-token");
    expect(calls).toBe(tries);
    await expectCode(store.saveToken(namedToken("ann")), code);
  });

  it("one that passes is waited out", async () => {
    const tries = new Map<string, number>();
    const store = open(
      {},
      objects.through(async (call, what) => {
        const count = (tries.get(what) ?? 0) + 1;
        tries.set(what, count);
        if (count % 3 !== 0) throw failure({ retryable: true });
        return call();
      }),
    );
    const saved = await store.saveToken(namedToken("ann"));
    expect(await store.findToken({ userName: "ann", clientId: "c" })).toEqual(saved);
  });

  it("where only the answers are lost, each save and deletion counts once", async () => {
    const lost = new Set<string>();
    const store = open(
      {},
      objects.through(async (call, what) => {
        const answer = await call();
        if (lost.delete(what)) return answer;
        lost.add(what);
        throw failure({ retryable: true });
      }),
    );
    const { id, version } = await store.saveToken(namedToken("ann"), { ifVersion: 0 });
    expect(version).toBe(1);
    expect(await store.saveToken({ id, scope: "s" }, { ifVersion: 1 })).toMatchObject({ version: 2 });
    await store.deleteToken(id);
    expect(await open().getTokens()).toEqual([]);
  });
});
