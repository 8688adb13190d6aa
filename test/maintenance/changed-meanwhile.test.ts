import { createStorage } from "unstorage";
import type { Driver } from "unstorage";
import memoryDriver from "unstorage/drivers/memory";
import { beforeEach, expect, it } from "vitest";
import { createUnstorageTokenStore } from "../../src/backends/unstorage/index.ts";
import type { UnstorageTokenStoreOptions } from "../../src/backends/unstorage/index.ts";
import type { EdgeTokenStore, TokenEvent } from "../../src/index.ts";
import { checkTokens, rotateSecret, sweepTokens } from "../../src/maintenance/index.ts";
import { instrumentDriver, manualClock } from "../../src/testing/index.ts";
import { CLEAN } from "../../src/testing/cases/maintenance.ts";
import { SECRET } from "../conformance/unstorage-fixture.ts";
import { raceForAccount } from "./raced-account.ts";

const NEXT = "another-secret-of-the-tests-with-32-characters";

let data: Map<string, string>;
let clock: ReturnType<typeof manualClock>;
/** What others of this process do right after the record was read, and how many reads of it come before that one. */
let change: (() => Promise<unknown>) | undefined;
let readsBefore: number;
let recordKey: string | undefined;
let driver: Driver;

beforeEach(() => {
  const plain = memoryDriver() as Driver;
  data = plain.getInstance!() as Map<string, string>;
  clock = manualClock();
  change = recordKey = undefined;
  readsBefore = 0;
  const getItem: Driver["getItem"] = async (key, options) => {
    const value = await plain.getItem(key, options);
    if (key === recordKey && change && readsBefore-- === 0) {
      const changing = change();
      change = undefined;
      await changing;
    }
    return value;
  };
  driver = { ...plain, getItem };
});

const open = (options: Partial<UnstorageTokenStoreOptions> = {}): EdgeTokenStore =>
  createUnstorageTokenStore(createStorage({ driver }), { secret: SECRET, now: clock.now, ...options });
const recordKeys = (): string[] => [...data.keys()].filter((key) => /:r:[0-9a-f]{32}$/.test(key));

/** A check whose pass over the records comes upon the record as it was before the change. */
async function checkBeside(store: EdgeTokenStore, changing: () => Promise<unknown>): ReturnType<typeof checkTokens> {
  const onProgress = (): void => void (change ??= changing);
  return checkTokens(store, { repair: true, onProgress });
}

it("a check counts no leftover of a rotation as mended that others have removed", async () => {
  await open().saveToken({ accessToken: "a" });
  const old = [...data].filter(([key]) => key !== "tokens:r:keys");
  [recordKey] = recordKeys();
  const both = open({ secret: [NEXT, SECRET] });
  await rotateSecret(both);
  for (const [key, value] of old) data.set(key, value);
  expect(await checkBeside(both, () => rotateSecret(both))).toMatchObject({ ...CLEAN, leftovers: 1, repaired: 0 });
  expect(await checkTokens(both)).toEqual({ ...CLEAN, records: 1, pointers: 1 });
});

it("a check counts no index entries as mended that a save has written, and keeps what that saved", async () => {
  const { id } = await open({ lookups: ["refresh"] }).saveToken({ userName: "ann", accessToken: "a", refreshToken: "r" });
  [recordKey] = recordKeys();
  const store = open();
  const report = await checkBeside(store, () => store.saveToken({ id, scope: "s" }));
  expect(report).toMatchObject({ ...CLEAN, missing: 3, repaired: 0 });
  expect(await store.findToken({ accessToken: "a" })).toMatchObject({ id, scope: "s" });
  expect(await checkTokens(store)).toMatchObject(CLEAN);
});

it("a check removes no second record of an account that was saved meanwhile, and tells of no removal", async () => {
  const { id } = await raceForAccount(createStorage({ driver }));
  // The adopted one was there first.
  [recordKey] = recordKeys();
  const store = open();
  const heard: TokenEvent[] = [];
  store.subscribe((event) => heard.push(event));
  const report = await checkBeside(store, () => store.saveToken({ id, refreshToken: "r" }));
  expect(report).toMatchObject({ duplicates: 1, missing: 4, repaired: 4 });
  expect(heard).toMatchObject([{ type: "saved", id }]);
  expect(await store.findToken({ refreshToken: "r" })).toMatchObject({ id });
});

it.each([
  { read: 0, when: "before it looked again", expired: 0 },
  { read: 1, when: "right after it looked again", expired: 1 },
])("a sweep counts no token as removed that was renewed $when, and tells of no removal", async ({ read, expired }) => {
  const store = open();
  const { id } = await store.saveToken({ userName: "ann", accessToken: "a", expiresAt: clock.now() + 1 });
  clock.advance(1);
  const heard: TokenEvent[] = [];
  store.subscribe((event) => heard.push(event));
  [recordKey] = recordKeys();
  readsBefore = read;
  change = () => store.saveToken({ id, accessToken: "renewed", expiresAt: null });
  expect(await sweepTokens(store)).toEqual({ records: 1, expired, over: 0, unreadable: 0, removed: 0 });
  expect(heard).toMatchObject([{ type: "saved", id }]);
  expect(await store.findToken({ accessToken: "renewed" })).toMatchObject({ id });
});

it("a sweep counts no damaged record that others have deleted before it looked again", async () => {
  const store = open();
  await store.saveToken({ id: "own", accessToken: "a" });
  [recordKey] = recordKeys();
  data.set(recordKey!, "x");
  // What looks damaged is read twice.
  readsBefore = 2;
  change = () => store.deleteToken("own");
  expect(await sweepTokens(store, { unreadable: true })).toEqual({ records: 1, expired: 0, over: 0, unreadable: 0, removed: 0 });
  expect(recordKeys()).toEqual([]);
});

it("a check removes no damaged index entry that a save has mended meanwhile", async () => {
  const store = open();
  await store.saveToken({ id: "gone", accessToken: "a" });
  const pointerKey = [...data.keys()].find((key) => key.includes(":x:access:"))!;
  await store.deleteToken("gone");
  data.set(pointerKey, "x");
  await store.saveToken({ id: "other", accessToken: "b" });
  let saving: Promise<unknown> | undefined;
  const onProgress = ({ records }: { records: number }): void => {
    if (records > 0) saving ??= store.saveToken({ id: "own", accessToken: "a" });
  };
  expect(await checkTokens(store, { repair: true, onProgress })).toMatchObject({ ...CLEAN, damaged: 1, repaired: 0 });
  await saving;
  expect(await store.findToken({ accessToken: "a" })).toMatchObject({ id: "own" });
});

it.each([
  { how: "whole", lost: 0 },
  { how: "cut short before its index entry", lost: 1 },
])("a check goes by a save that came in between and was $how", async ({ lost }) => {
  const store = open();
  const { id } = await store.saveToken({ accessToken: "a" });
  [recordKey] = recordKeys();
  const before = new Set(data.keys());
  const report = await checkBeside(store, async () => {
    await store.saveToken({ id, accessToken: "renewed" });
    for (const key of data.keys()) if (lost > 0 && !before.has(key)) data.delete(key);
  });
  expect(report).toMatchObject({ ...CLEAN, missing: lost, repaired: lost });
  expect(await store.findToken({ accessToken: "renewed" })).toMatchObject({ id });
  expect(await checkTokens(store)).toEqual({ ...CLEAN, records: 1, pointers: 1 });
});

it("a check takes back an index entry that another process has made wrong while it was being written", async () => {
  const { id } = await open().saveToken({ accessToken: "a" });
  const pointerKey = [...data.keys()].find((key) => key.includes(":x:access:"))!;
  data.delete(pointerKey);
  let renewing: Promise<unknown> | undefined;
  const writing = instrumentDriver({ ...driver }, async (call, key) => {
    if (call === "setItem" && key === pointerKey) await (renewing ??= open().saveToken({ id, accessToken: "renewed" }));
  });
  const store = createUnstorageTokenStore(createStorage({ driver: writing }), { secret: SECRET, now: clock.now });
  expect(await checkTokens(store, { repair: true })).toMatchObject({ missing: 1, stale: 1 });
  expect(data.has(pointerKey)).toBe(false);
  expect(await checkTokens(store)).toEqual({ ...CLEAN, records: 1, pointers: 1 });
});
