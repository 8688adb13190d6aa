import { createStorage } from "unstorage";
import type { Storage } from "unstorage";
import memoryDriver from "unstorage/drivers/memory";
import { beforeEach, describe, expect, it } from "vitest";
import { createUnstorageTokenStore } from "../../src/backends/unstorage/index.ts";
import type { EdgeTokenStore, TokenEvent } from "../../src/index.ts";
import { checkTokens, rotateSecret, sweepTokens } from "../../src/maintenance/index.ts";
import { expectCode, manualClock } from "../conformance/fixture.ts";
import { CLEAN } from "../../src/testing/cases/maintenance.ts";
import { SECRET } from "../conformance/unstorage-fixture.ts";
import { instrumentDriver } from "../../src/testing/index.ts";

const NEXT = "another-secret-of-the-tests-with-32-characters";
const EXPIRED = { userName: "ann", clientId: "c", accessToken: "a" };

describe("sweepTokens beside what a rotation left", () => {
  let storage: Storage;
  let both: EdgeTokenStore;
  let clock: ReturnType<typeof manualClock>;
  let id: string;

  /** The token as a rotation that was cut short leaves it: under both secrets. */
  beforeEach(async () => {
    storage = createStorage({ driver: memoryDriver() });
    clock = manualClock();
    const { now } = clock;
    ({ id } = await createUnstorageTokenStore(storage, { secret: SECRET, now }).saveToken({ ...EXPIRED, expiresAt: clock.now() + 1 }));
    const old = await Promise.all((await storage.getKeys()).map(async (key) => [key, await storage.getItem(key)] as const));
    both = createUnstorageTokenStore(storage, { secret: [NEXT, SECRET], now });
    await rotateSecret(both);
    for (const [key, value] of old) if (key !== "tokens:r:keys") await storage.setItem(key, value);
    clock.advance(1);
  });

  it("goes by the later record: one that was renewed stays", async () => {
    const renewed = await both.saveToken({ id, accessToken: "renewed" });
    expect(await sweepTokens(both)).toEqual({ records: 2, expired: 0, over: 0, unreadable: 0, removed: 0 });
    expect(await both.findTokenById(id)).toEqual(renewed);
  });

  it("removes both, so that the old one does not come back, and tells once", async () => {
    const heard: TokenEvent[] = [];
    both.subscribe((event) => heard.push(event));
    expect(await sweepTokens(both)).toMatchObject({ expired: 1, removed: 1 });
    expect(heard).toEqual([{ type: "deleted", id }]);
    for (const query of [{ id }, { userName: "ann", clientId: "c" }, { accessToken: "a" }]) expect(await both.findToken(query)).toBeNull();
    expect(await checkTokens(both)).toEqual({ ...CLEAN, records: 0, pointers: 0 });
  });
});

it("sweepTokens takes nothing that another process has renewed, up to the read before the removal", async () => {
  let points = 0;
  for (let point = 0; ; point++) {
    const driver = memoryDriver();
    const { now, advance } = manualClock();
    const client = createUnstorageTokenStore(createStorage({ driver: { ...driver } }), { secret: SECRET, now });
    await client.saveToken({ ...EXPIRED, expiresAt: now() + 1 });
    advance(1);
    let reads = 0;
    const before = async (call: string): Promise<void> => {
      if (call !== "removeItem" && reads++ === point) await client.saveToken({ ...EXPIRED, accessToken: "renewed" });
    };
    const sweeping = createUnstorageTokenStore(createStorage({ driver: instrumentDriver({ ...driver }, before) }), { secret: SECRET, now });
    // The pointers are read after the record was compared: from there on, the last to write wins.
    const { removed } = await sweepTokens(sweeping);
    if (removed > 0) break;
    points++;
    expect(await client.findToken({ accessToken: "renewed" })).toMatchObject({ userName: "ann" });
  }
  expect(points).toBe(4);
});

it("sweepTokens removes nothing more once its store is closed", async () => {
  const storage = createStorage({ driver: memoryDriver() });
  const { now, advance } = manualClock();
  const open = (): EdgeTokenStore => createUnstorageTokenStore(storage, { secret: SECRET, now });
  const store = open();
  for (let number = 0; number < 105; number++) await store.saveToken({ accessToken: `a-${number}`, expiresAt: now() + 1 });
  advance(1);
  await expectCode(sweepTokens(store, { onProgress: () => void store.close() }), "ERR_STORE_CLOSED");
  expect(await open().getTokens()).toHaveLength(5);
});

it("sweepTokens refuses a secret that does not fit, also where all tokens are gone", async () => {
  const storage = createStorage({ driver: memoryDriver() });
  const store = createUnstorageTokenStore(storage, { secret: SECRET });
  const { id } = await store.saveToken({ accessToken: "a" });
  await store.deleteToken(id);
  await expectCode(sweepTokens(createUnstorageTokenStore(storage, { secret: NEXT })), "ERR_SECRET_MISMATCH");
});

it("sweepTokens is not begun where its signal is aborted already, also where there is nothing to sweep", async () => {
  const store = createUnstorageTokenStore(createStorage({ driver: memoryDriver() }), { secret: SECRET });
  await expect(sweepTokens(store, { signal: AbortSignal.abort(new Error("enough")) })).rejects.toThrow("enough");
});

it("sweepTokens leaves a grant token alone, whatever expiry stands beside it", async () => {
  const { now, advance } = manualClock();
  const store = createUnstorageTokenStore(createStorage({ driver: memoryDriver() }), { secret: SECRET, now });
  await store.saveToken({ grantToken: "g", expiresAt: now() + 1 });
  advance(24 * 3_600_000);
  expect(await sweepTokens(store)).toEqual({ records: 1, expired: 0, over: 0, unreadable: 0, removed: 0 });
});

describe("sweepTokens with unreadable", () => {
  const ANN = { userName: "ann", clientId: "c", refreshToken: "r" };
  let storage: Storage;
  let store: EdgeTokenStore;
  let recordKey: string;

  beforeEach(async () => {
    storage = createStorage({ driver: memoryDriver() });
    store = createUnstorageTokenStore(storage, { secret: SECRET });
    await store.saveToken(ANN);
    recordKey = (await storage.getKeys()).find((key) => /:r:[0-9a-f]{32}$/.test(key))!;
    await store.saveToken({ ...ANN, userName: "bob", refreshToken: "s" });
  });

  it.each<[string, (text: string) => string]>([
    ["torn", (text) => text.slice(0, -10)],
    ["changed", (text) => text.replace('"version":1', '"version":2')],
  ])("lets a user whose record was %s log in again, and touches nobody else", async (_how, damage) => {
    await storage.setItemRaw(recordKey, damage((await storage.getItemRaw<string>(recordKey))!));
    const logIn = { ...ANN, refreshToken: "new" };
    await expectCode(store.saveToken(logIn), "ERR_RECORD_CORRUPT");
    expect(await sweepTokens(store)).toMatchObject({ records: 2, unreadable: 1, removed: 0 });
    expect(await sweepTokens(store, { unreadable: true, dryRun: true })).toMatchObject({ unreadable: 1, removed: 0 });
    await expectCode(store.saveToken(logIn), "ERR_RECORD_CORRUPT");
    expect(await sweepTokens(store, { unreadable: true })).toMatchObject({ records: 2, unreadable: 0, removed: 1 });
    expect(await store.saveToken(logIn)).toMatchObject({ refreshToken: "new", version: 1 });
    expect(await store.findToken({ userName: "bob", clientId: "c" })).toMatchObject({ refreshToken: "s" });
    await checkTokens(store, { repair: true });
    expect(await checkTokens(store)).toEqual({ ...CLEAN, records: 2, pointers: 6 });
  });

  it("leaves what another secret has written, also where no register tells of it", async () => {
    await storage.removeItem("tokens:r:keys");
    const stranger = createUnstorageTokenStore(storage, { secret: NEXT });
    expect(await sweepTokens(stranger, { unreadable: true })).toMatchObject({ records: 2, unreadable: 2, removed: 0 });
    expect(await store.findToken(ANN)).toMatchObject({ refreshToken: "r" });
  });

  it("is refused where it is no boolean", async () => {
    await expectCode(sweepTokens(store, { unreadable: "yes" as never }), "ERR_OPTION_INVALID");
  });
});
