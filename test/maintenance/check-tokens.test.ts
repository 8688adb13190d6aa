import { createStorage } from "unstorage";
import type { Driver, Storage } from "unstorage";
import memoryDriver from "unstorage/drivers/memory";
import { beforeEach, describe, expect, it } from "vitest";
import { createUnstorageTokenStore } from "../../src/backends/unstorage/index.ts";
import type { EdgeTokenStore, StoredToken } from "../../src/index.ts";
import { checkTokens } from "../../src/maintenance/index.ts";
import type { CheckReport } from "../../src/maintenance/index.ts";
import { namedToken, queriesFor } from "../conformance/fixture.ts";
import { SECRET } from "../conformance/unstorage-fixture.ts";

const CLEAN = { missing: 0, stale: 0, wrong: 0, dangling: 0, damaged: 0, duplicates: 0, unreadable: 0, leftovers: 0, orphans: 0 };

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
  expect(await checkTokens(store)).toMatchObject({ ...CLEAN, ...found, repaired: 0 });
  expect(JSON.stringify(await snapshot())).toBe(before);
  expect(await checkTokens(store, { repair: true })).toMatchObject({ ...CLEAN, ...found, repaired });
  expect(await checkTokens(store, { repair: true })).toMatchObject({ ...CLEAN, repaired: 0 });
}

async function snapshot(): Promise<[string, unknown][]> {
  const keys = (await storage.getKeys()).sort();
  return Promise.all(keys.map(async (key): Promise<[string, unknown]> => [key, await storage.getItem(key)]));
}

describe("checkTokens", () => {
  it("finds nothing where all is well", async () => {
    expect(await checkTokens(store, { repair: true })).toEqual({ ...CLEAN, records: 2, pointers: 10, repaired: 0 });
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
    await storage.setItemRaw(pointerKey("grant", "0".repeat(32)), "x");
    await expectMended({ damaged: 2 }, 2);
    expect(await store.findToken({ userName: "ann" })).toMatchObject({ id: ann.id });
    expect(await storage.hasItem(pointerKey("grant", "0".repeat(32)))).toBe(false);
  });

  it("reports records that can't be opened, and leaves them and all that leads to them", async () => {
    const { key } = await recordOf(ann);
    const value = (await storage.getItem(`tokens:r:${key}`)) as unknown as { index: Record<string, string> };
    for (const damaged of ["x", JSON.stringify({ ...value, index: { ...value.index, user: "0".repeat(32) } })]) {
      await storage.setItemRaw(`tokens:r:${key}`, damaged);
      const before = await snapshot();
      expect(await checkTokens(store, { repair: true })).toEqual({ ...CLEAN, unreadable: 1, records: 2, pointers: 10, repaired: 0 });
      expect(await snapshot()).toEqual(before);
      await expect(store.findToken({ accessToken: "access-ann" })).rejects.toMatchObject({ code: "ERR_RECORD_CORRUPT" });
    }
  });
});
