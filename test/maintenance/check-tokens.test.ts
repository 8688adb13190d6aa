import { createStorage } from "unstorage";
import type { Driver, Storage } from "unstorage";
import memoryDriver from "unstorage/drivers/memory";
import { beforeEach, describe, expect, it } from "vitest";
import { createUnstorageTokenStore } from "../../src/backends/unstorage/index.ts";
import type { EdgeTokenStore, StoredToken, TokenEvent, TokenInput } from "../../src/index.ts";
import { checkTokens, rotateSecret, sweepTokens } from "../../src/maintenance/index.ts";
import type { CheckReport } from "../../src/maintenance/index.ts";
import { expectCode, namedToken, queriesFor } from "../conformance/fixture.ts";
import { CLEAN } from "../../src/testing/cases/maintenance.ts";
import { SECRET } from "../conformance/unstorage-fixture.ts";
import { DriverFaults, instrumentDriver, manualClock } from "../../src/testing/index.ts";
import { raceForAccount } from "./raced-account.ts";

let storage: Storage;
let store: EdgeTokenStore;
let ann: StoredToken;
let ben: StoredToken;

beforeEach(async () => {
  storage = createStorage({ driver: memoryDriver() as Driver });
  store = createUnstorageTokenStore(storage, { secret: SECRET });
  ann = await store.saveToken(namedToken("ann"));
  ben = await store.saveToken(namedToken("ben"));
});

interface Pointers {
  pointers: { key: string; version: number }[];
}

const recordKeys = async (): Promise<string[]> => (await storage.getKeys("tokens:r")).filter((key) => key !== "tokens:r:keys");

async function recordOf({ id }: StoredToken): Promise<{ key: string; index: Record<string, string> }> {
  const records = await Promise.all((await recordKeys()).map(async (key) => [key, await storage.getItem(key)] as const));
  const before = await Promise.all(records.map(([key]) => storage.getItem(key)));
  await store.saveToken({ id, scope: `scope-${Math.random()}` });
  const after = await Promise.all(records.map(([key]) => storage.getItem(key)));
  const at = after.findIndex((value, number) => JSON.stringify(value) !== JSON.stringify(before[number]));
  const [path] = records[at]!;
  return { key: path.split(":")[2]!, index: (after[at] as unknown as { index: Record<string, string> }).index };
}

const pointerKey = (index: string, digest: string): string => `tokens:x:${index}:${digest}`;

async function expectMended(found: Partial<CheckReport>, repaired: number): Promise<void> {
  const before = JSON.stringify(await snapshot());
  expect(await checkTokens(store)).toMatchObject({ ...CLEAN, ...found });
  expect(JSON.stringify(await snapshot())).toBe(before);
  expect(await checkTokens(store, { repair: true })).toMatchObject({ ...CLEAN, ...found, repaired });
  expect(await checkTokens(store, { repair: true })).toMatchObject(CLEAN);
}

async function snapshot(): Promise<[string, unknown][]> {
  const keys = (await storage.getKeys()).sort();
  return Promise.all(keys.map(async (key): Promise<[string, unknown]> => [key, await storage.getItem(key)]));
}

describe("checkTokens", () => {
  it("finds nothing where all is well", async () => {
    expect(await checkTokens(store, { repair: true })).toEqual({ ...CLEAN, records: 2, pointers: 10 });
  });

  it("writes missing index entries", async () => {
    const { index } = await recordOf(ann);
    for (const [name, digest] of Object.entries(index)) await storage.removeItem(pointerKey(name, digest));
    await expectMended({ missing: 5 }, 5);
    for (const query of queriesFor(ann)) expect(await store.findToken(query)).toMatchObject({ id: ann.id });
  });

  it("removes stale ones, and leaves the others of their list", async () => {
    const { key } = await recordOf(ann);
    const other = await recordOf(ben);
    const path = pointerKey("user", other.index["user"]!);
    await storage.setItem(path, {
      pointers: [
        { key, version: 1 },
        { key: other.key, version: 1 },
      ],
    });
    await expectMended({ stale: 1 }, 1);
    expect(((await storage.getItem(path)) as unknown as Pointers).pointers).toEqual([{ key: other.key, version: 1 }]);
  });

  it("removes what leads to the wrong record", async () => {
    const { key } = await recordOf(ann);
    await storage.setItem(pointerKey("grant", "0".repeat(32)), { pointers: [{ key, version: 99 }] });
    await expectMended({ wrong: 1 }, 1);
    expect(await storage.hasItem(pointerKey("grant", "0".repeat(32)))).toBe(false);
  });

  it("removes what leads nowhere", async () => {
    const { index } = await recordOf(ann);
    await storage.setItem(pointerKey("grant", "0".repeat(32)), { pointers: [{ key: "1".repeat(32), version: 1 }] });
    const path = pointerKey("user", index["user"]!);
    const list = (await storage.getItem(path)) as unknown as Pointers;
    await storage.setItem(path, { pointers: [{ key: "2".repeat(32), version: 7 }, ...list.pointers] });
    await expectMended({ dangling: 2 }, 2);
    expect(await store.findToken({ userName: "ann" })).toMatchObject({ id: ann.id });
  });

  it("rebuilds damaged ones, and removes those that nobody needs", async () => {
    const { index } = await recordOf(ann);
    await storage.setItemRaw(pointerKey("user", index["user"]!), '{"pointers":');
    await storage.setItemRaw(pointerKey("account", index["account"]!), "x");
    await storage.setItemRaw(pointerKey("grant", "0".repeat(32)), "x");
    await expectMended({ damaged: 3 }, 3);
    expect(await store.findToken({ userName: "ann" })).toMatchObject({ id: ann.id });
    expect(await storage.hasItem(pointerKey("grant", "0".repeat(32)))).toBe(false);
  });

  it("reports records that can't be opened, and leaves them and all that leads to them", async () => {
    const { key } = await recordOf(ann);
    const value = (await storage.getItem(`tokens:r:${key}`)) as unknown as { index: Record<string, string> };
    for (const damaged of ["x", JSON.stringify({ ...value, index: { ...value.index, user: "0".repeat(32) } })]) {
      await storage.setItemRaw(`tokens:r:${key}`, damaged);
      const before = await snapshot();
      expect(await checkTokens(store, { repair: true })).toEqual({ ...CLEAN, unreadable: 1, records: 2, pointers: 10 });
      expect(await snapshot()).toEqual(before);
      await expect(store.findToken({ accessToken: "access-ann" })).rejects.toMatchObject({ code: "ERR_RECORD_CORRUPT" });
    }
  });

  it("goes by a previous secret's digests too, and removes what a rotation left", async () => {
    const OTHER = "another-secret-of-the-tests-with-32-characters";
    const copies = await snapshot();
    const both = createUnstorageTokenStore(storage, { secret: [OTHER, SECRET] });
    expect(await checkTokens(both, { repair: true })).toEqual({ ...CLEAN, records: 2, pointers: 10 });
    await rotateSecret(both);
    const renewed = await both.saveToken({ id: ann.id, accessToken: "renewed" });
    for (const [key, value] of copies) if (!key.startsWith("tokens:r:keys")) await storage.setItem(key, value as string);
    const heard: TokenEvent[] = [];
    both.subscribe((event) => heard.push(event));
    expect(await checkTokens(both)).toMatchObject({ ...CLEAN, records: 4, pointers: 20, leftovers: 2 });
    expect(await checkTokens(both, { repair: true })).toMatchObject({ ...CLEAN, leftovers: 2, repaired: 2 });
    expect(heard).toEqual([]);
    expect(await checkTokens(both)).toEqual({ ...CLEAN, records: 2, pointers: 10 });
    expect(await both.findTokenById(ann.id)).toEqual(renewed);
  });

  it("of a rotation keeps the old record where the new one is damaged", async () => {
    const OTHER = "another-secret-of-the-tests-with-32-characters";
    const old = await snapshot();
    const both = createUnstorageTokenStore(storage, { secret: [OTHER, SECRET] });
    await rotateSecret(both);
    for (const key of await recordKeys()) await storage.setItemRaw(key, "x");
    for (const [key, value] of old) if (!key.startsWith("tokens:r:keys")) await storage.setItem(key, value as string);
    expect(await checkTokens(both, { repair: true })).toMatchObject({ ...CLEAN, records: 4, unreadable: 2 });
    expect(await checkTokens(both)).toMatchObject({ ...CLEAN, records: 4, unreadable: 2 });
  });

  it("refuses a secret that does not fit, and mends nothing", async () => {
    const stranger = createUnstorageTokenStore(storage, { secret: "another-secret-of-the-tests-with-32-characters" });
    await storage.setItem(pointerKey("grant", "0".repeat(32)), { pointers: [{ key: "1".repeat(32), version: 1 }] });
    const before = await snapshot();
    await expectCode(checkTokens(stranger, { repair: true }), "ERR_SECRET_MISMATCH");
    await expectCode(sweepTokens(stranger), "ERR_SECRET_MISMATCH");
    expect(await snapshot()).toEqual(before);
  });

  it("mends nothing where its signal is aborted already", async () => {
    await storage.setItem(pointerKey("grant", "0".repeat(32)), { pointers: [{ key: "1".repeat(32), version: 1 }] });
    const before = await snapshot();
    await expect(checkTokens(store, { repair: true, signal: AbortSignal.abort(new Error("enough")) })).rejects.toThrow("enough");
    expect(await snapshot()).toEqual(before);
  });

  it("passes a failure of the storage on, with nothing half-said", async () => {
    await storage.setItem(pointerKey("grant", "0".repeat(32)), { pointers: [{ key: "1".repeat(32), version: 1 }] });
    for (const failing of ["getKeys", "getItem", "removeItem"] as const) {
      const faults = new DriverFaults();
      faults.fail(failing, Number.POSITIVE_INFINITY);
      const driver = instrumentDriver(storage.getMount("").driver, faults.before);
      const broken = createUnstorageTokenStore(createStorage({ driver }), { secret: SECRET });
      await expectCode(checkTokens(broken, { repair: true }), "ERR_STORE_UNAVAILABLE");
    }
    await expectMended({ dangling: 1 }, 1);
  });

  describe("two records of one account, of a race between two processes", () => {
    async function raced(adopted: TokenInput): Promise<{ nameless: StoredToken; heard: TokenEvent[] }> {
      const nameless = await raceForAccount(storage, adopted);
      const heard: TokenEvent[] = [];
      store.subscribe((event) => heard.push(event));
      await checkTokens(store, { repair: true });
      return { nameless, heard };
    }

    it("become one where the lesser adds nothing, and listeners are told", async () => {
      const { nameless, heard } = await raced({});
      expect(heard).toEqual([{ type: "deleted", id: nameless.id }]);
      expect(await store.findTokens({ userName: "eve" })).toMatchObject([{ scope: "s" }]);
      expect(await checkTokens(store)).toMatchObject({ ...CLEAN, records: 3 });
    });

    it("stay two where the preferred one's session is over: it would be found no more", async () => {
      const clock = manualClock();
      const retention = { maxAgeSeconds: 100 };
      const limited = createUnstorageTokenStore(storage, { secret: SECRET, namespace: "limited", retention, now: clock.now });
      const eve = { userName: "eve", clientId: "c", refreshToken: "r", accessToken: "a" };
      await limited.saveToken(eve);
      clock.advance(60_000);
      const { id } = await limited.saveToken({ refreshToken: "another", clientId: "c" });
      const live = await limited.saveToken({ id, ...eve });
      clock.advance(50_000);
      expect(await checkTokens(limited, { repair: true })).toMatchObject({ ...CLEAN, records: 2 });
      expect(await limited.findToken({ userName: "eve", clientId: "c" })).toEqual(live);
    });

    it("stay two where it holds a value that the other has not", async () => {
      const { heard } = await raced({ refreshToken: "r" });
      expect(heard).toEqual([]);
      expect(await store.findTokens({ userName: "eve" })).toHaveLength(2);
      expect(await checkTokens(store, { repair: true })).toMatchObject({ ...CLEAN, records: 4, duplicates: 1 });
    });
  });
});

describe("checkTokens where reads may be old", () => {
  const unknown = (): Driver => ({ ...storage.getMount("").driver, name: "unknown" });
  let eventual: EdgeTokenStore;
  let now = Date.now();
  beforeEach(() => {
    now = Date.now();
    eventual = createUnstorageTokenStore(createStorage({ driver: unknown() }), { secret: SECRET, now: () => now });
    expect(eventual.capabilities.consistency).toBe("eventual");
  });

  it("removes an index entry only of an older version than its record's", async () => {
    const { key } = await recordOf(ann);
    await storage.setItem(pointerKey("grant", "0".repeat(32)), {
      pointers: [
        { key, version: 1 },
        { key: "1".repeat(32), version: 1 },
      ],
    });
    await storage.setItem(pointerKey("grant", "1".repeat(32)), { pointers: [{ key, version: 2 }] });
    await storage.setItemRaw(pointerKey("grant", "2".repeat(32)), "x");
    const found = { stale: 1, wrong: 1, dangling: 1, damaged: 1 };
    expect(await checkTokens(eventual, { repair: true })).toMatchObject({ ...CLEAN, ...found, repaired: 1 });
    expect(await checkTokens(eventual, { repair: true })).toMatchObject({ ...CLEAN, ...found, stale: 0 });
  });

  it("writes missing ones once the save can be seen everywhere", async () => {
    const { index } = await recordOf(ann);
    await storage.removeItem(pointerKey("user", index["user"]!));
    for (const minutes of [0, 9]) {
      now += minutes * 60_000;
      expect(await checkTokens(eventual, { repair: true })).toMatchObject(CLEAN);
    }
    now += 60_000 + 1000;
    expect(await checkTokens(eventual, { repair: true })).toMatchObject({ ...CLEAN, missing: 1, repaired: 1 });
    expect(await checkTokens(eventual, { repair: true })).toMatchObject(CLEAN);
  });
});

describe("checkTokens on plain records", () => {
  let path: string;
  let record: { index: Record<string, string> };
  beforeEach(async () => {
    storage = createStorage({ driver: memoryDriver() as Driver });
    store = createUnstorageTokenStore(storage, { secret: false });
    ann = await store.saveToken(namedToken("ann"));
    [path] = (await recordKeys()) as [string];
    record = (await storage.getItem(path)) as unknown as typeof record;
  });

  it("of a store with fewer lookups mends its own entries, and leaves those of the others", async () => {
    await storage.setItem(path, { ...record, index: { ...record.index, refresh: "0".repeat(32) } });
    const fewer = createUnstorageTokenStore(storage, { secret: false, lookups: ["refresh"] });
    expect(await checkTokens(fewer, { repair: true })).toMatchObject({ missing: 1, wrong: 2, repaired: 3 });
    expect(await storage.getItem(path)).toMatchObject({ index: record.index });
  });

  it("mends an index that was edited by hand", async () => {
    const { user: _user, ...index } = record.index;
    await storage.setItem(path, { ...record, index: { ...index, refresh: "0".repeat(32) } });
    // Two entries lead to what the record does not name; then it lacks two, and names one that is wrong.
    expect(await checkTokens(store, { repair: true })).toMatchObject({ missing: 2, wrong: 3, repaired: 5 });
    expect(await checkTokens(store, { repair: true })).toEqual({ ...CLEAN, records: 1, pointers: 5 });
    for (const query of queriesFor(ann)) expect(await store.findToken(query)).toEqual(ann);
  });
});
