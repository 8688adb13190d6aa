import { createStorage } from "unstorage";
import type { Driver, Storage } from "unstorage";
import memoryDriver from "unstorage/drivers/memory";
import { beforeEach, describe, expect, it } from "vitest";
import { createUnstorageTokenStore } from "../../src/backends/unstorage/index.ts";
import type { Secret } from "../../src/backends/unstorage/index.ts";
import type { EdgeTokenStore } from "../../src/index.ts";
import { checkTokens, rotateSecret, sweepTokens } from "../../src/maintenance/index.ts";
import { DriverFaults, instrumentDriver, manualClock } from "../../src/testing/index.ts";
import { CLEAN } from "../../src/testing/cases/maintenance.ts";
import { SECRET } from "../conformance/unstorage-fixture.ts";
import { raceForAccount } from "./raced-account.ts";

const NEXT = "another-secret-of-the-tests-with-32-characters";

let driver: Driver;
let data: Map<string, string>;
let storage: Storage;
let clock: ReturnType<typeof manualClock>;

beforeEach(() => {
  driver = memoryDriver() as Driver;
  data = driver.getInstance!() as Map<string, string>;
  storage = createStorage({ driver });
  clock = manualClock();
});

const open = (secret: Secret = SECRET): EdgeTokenStore => createUnstorageTokenStore(storage, { secret, now: clock.now });
const recordKeys = (): string[] => [...data.keys()].filter((key) => /:r:[0-9a-f]{32}$/.test(key));

/** A store of a process that dies in place of a write, counted from 0. */
function dying(killAt: number, secret: Secret = SECRET): EdgeTokenStore {
  const faults = new DriverFaults();
  faults.crashAfter(killAt);
  return createUnstorageTokenStore(createStorage({ driver: instrumentDriver({ ...driver }, faults.before) }), { secret, now: clock.now });
}

const isKilled = (run: Promise<unknown>): Promise<boolean> =>
  run.then(
    () => false,
    () => true,
  );

/** Everything but the register, to be put back. */
function copied(): () => void {
  const entries = [...data].filter(([key]) => key !== "tokens:r:keys");
  return () => entries.forEach(([key, value]) => data.set(key, value));
}

describe("what a rotation left behind", () => {
  it("goes before no token that was deleted and made anew, though that was saved less often", async () => {
    const { id } = await open().saveToken({ id: "own", accessToken: "a" });
    await open().saveToken({ id, accessToken: "b" });
    const putBack = copied();
    const both = open([NEXT, SECRET]);
    await rotateSecret(both);
    await both.deleteToken(id);
    clock.advance(1);
    const anew = await both.saveToken({ id, accessToken: "c" });
    putBack();
    expect(await checkTokens(both, { repair: true })).toMatchObject({ ...CLEAN, records: 2, leftovers: 1, repaired: 1 });
    expect(await both.findTokenById(id)).toEqual(anew);
    expect(await checkTokens(both)).toEqual({ ...CLEAN, records: 1, pointers: 1 });
  });

  it("goes after the later record has its index entries, wherever the check is killed", async () => {
    const saved = await open().saveToken({ userName: "ann", accessToken: "a" });
    // The next key in the register, then the record.
    await isKilled(rotateSecret(dying(2, [NEXT, SECRET])));
    const putBack = copied();
    expect(recordKeys()).toHaveLength(2);
    for (let killAt = 0, killed = true; killed; killAt++) {
      for (const key of data.keys()) if (key !== "tokens:r:keys") data.delete(key);
      putBack();
      killed = await isKilled(checkTokens(dying(killAt, [NEXT, SECRET]), { repair: true }));
      expect(await open([NEXT, SECRET]).findToken({ accessToken: "a" }), `killed at write ${killAt}`).toEqual(saved);
      expect(await open([NEXT, SECRET]).findToken({ userName: "ann" }), `killed at write ${killAt}`).toEqual(saved);
    }
    expect(recordKeys()).toHaveLength(1);
  });

  it("is swept without the later record where that is damaged: it may be restored", async () => {
    await open().saveToken({ accessToken: "a", expiresAt: clock.now() + 1 });
    const putBack = copied();
    const both = open([NEXT, SECRET]);
    await rotateSecret(both);
    const [moved] = recordKeys();
    await storage.setItemRaw(moved!, "x");
    putBack();
    clock.advance(1);
    expect(await sweepTokens(both)).toEqual({ records: 2, expired: 1, over: 0, unreadable: 1, removed: 1 });
    expect(recordKeys()).toEqual([moved]);
  });
});

describe("of two records of one account", () => {
  it("the one that stays has its index entries before the other one goes, wherever the check is killed", async () => {
    await raceForAccount(storage);
    const before = [...data];
    // The scan finds first what was inserted first: in the one order the record that stays comes last, in the other it comes first.
    for (const entries of [before, before.toReversed()]) {
      for (let killAt = 0, killed = true; killed; killAt++) {
        data.clear();
        for (const [key, value] of entries) data.set(key, value);
        killed = await isKilled(checkTokens(dying(killAt), { repair: true }));
        expect(await open().findToken({ accessToken: "a" }), `killed at write ${killAt}`).toMatchObject({ userName: "eve" });
        expect(await open().findToken({ grantToken: "g" }), `killed at write ${killAt}`).toMatchObject({ userName: "eve" });
      }
      expect(await open().getTokens()).toHaveLength(1);
    }
  });

  it("under ids of the caller's one counts, though neither has the account's own place", async () => {
    const store = open();
    for (const [id, userName] of [
      ["one", "ann"],
      ["two", "ben"],
    ] as const) {
      await store.saveToken({ id, userName, accessToken: id });
      clock.advance(1);
    }
    await store.saveToken({ id: "one", userName: "eve" });
    await store.saveToken({ id: "two", userName: "eve" });
    expect(await store.findTokens({ userName: "eve" })).toHaveLength(2);
    expect(await checkTokens(store, { repair: true })).toMatchObject({ ...CLEAN, records: 2, duplicates: 1 });
    expect(await store.findTokens({ userName: "eve" })).toHaveLength(2);
  });

  it("neither is one where only an index entry that misleads says so", async () => {
    const store = open();
    await store.saveToken({ id: "one", userName: "ann", accessToken: "a" });
    const [key] = recordKeys();
    const account = [...data.keys()].find((name) => name.includes(":x:account:"))!;
    clock.advance(1);
    await store.saveToken({ id: "two", userName: "ben", accessToken: "b" });
    const other = recordKeys().find((name) => name !== key)!;
    const pointers = [key!, other].map((name) => ({ key: name.split(":").at(-1), version: 9 }));
    data.set(account, JSON.stringify({ pointers }));
    expect(await checkTokens(store)).toMatchObject({ ...CLEAN, records: 2, wrong: 1 });
  });
});

it("an index entry that leads to one record twice is told and mended", async () => {
  const store = open();
  await store.saveToken({ accessToken: "a" });
  const pointerKey = [...data.keys()].find((key) => key.includes(":x:access:"))!;
  const { pointers } = JSON.parse(data.get(pointerKey)!) as { pointers: object[] };
  data.set(pointerKey, JSON.stringify({ pointers: [...pointers, ...pointers] }));
  expect(await checkTokens(store, { repair: true })).toMatchObject({ ...CLEAN, stale: 1, repaired: 1 });
  expect(await checkTokens(store)).toEqual({ ...CLEAN, records: 1, pointers: 1 });
});
