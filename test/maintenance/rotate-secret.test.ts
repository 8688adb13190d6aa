import { createStorage } from "unstorage";
import type { Driver } from "unstorage";
import memoryDriver from "unstorage/drivers/memory";
import { describe, expect, it } from "vitest";
import { createUnstorageTokenStore } from "../../src/backends/unstorage/index.ts";
import type { Secret } from "../../src/backends/unstorage/index.ts";
import { createMemoryTokenStore } from "../../src/index.ts";
import type { EdgeTokenStore, StoredToken } from "../../src/index.ts";
import { checkTokens, rotateSecret } from "../../src/maintenance/index.ts";
import type { RotationProgress } from "../../src/maintenance/index.ts";
import { expectCode } from "../conformance/fixture.ts";
import { DriverFaults, instrumentDriver } from "../../src/testing/index.ts";

const NEWEST = "the-newest-secret-of-thirty-two-characters";
const NEW = "the-new-secret-of-thirty-two-characters";
const OLD = "the-old-secret-of-thirty-two-characters";

const tokens = (count: number) =>
  Array.from({ length: count }, (_, number) => ({
    userName: `user-${number % 4}`,
    clientId: `client-${number}`,
    accessToken: `access-${number}`,
    refreshToken: `refresh-${number}`,
  }));

/** A driver over the same data as another one, as a new process would have it. */
const over = (driver: Driver): Driver => ({ ...driver });
const open = (driver: Driver, secret: Secret): EdgeTokenStore =>
  createUnstorageTokenStore(createStorage({ driver: over(driver) }), { secret });

/** The same data, until the process dies in place of a write, counted from 0; then nothing goes any more. */
function dyingAt(driver: Driver, killAt: number): Driver {
  const faults = new DriverFaults();
  faults.crashAfter(killAt);
  return instrumentDriver(over(driver), faults.before);
}

async function filled(count: number, secret: Secret): Promise<{ driver: Driver; raw: Map<string, string>; saved: StoredToken[] }> {
  const driver = memoryDriver() as Driver;
  const store = open(driver, secret);
  const saved: StoredToken[] = [];
  for (const token of tokens(count)) saved.push(await store.saveToken(token));
  return { driver, raw: driver.getInstance!() as Map<string, string>, saved };
}

/** That each token is there once, by every look-up. */
async function expectWhole(store: EdgeTokenStore, saved: readonly StoredToken[]): Promise<void> {
  const byId = (left: StoredToken, right: StoredToken): number => (left.id < right.id ? -1 : 1);
  expect((await store.getTokens()).sort(byId)).toEqual([...saved].sort(byId));
  for (const token of saved) {
    const { id, userName, clientId, accessToken, refreshToken } = token;
    for (const query of [{ id }, { userName, clientId }, { accessToken }, { refreshToken }]) {
      expect(await store.findTokens(query as object)).toEqual([token]);
    }
  }
  for (const name of new Set(saved.map(({ userName }) => userName))) {
    const own = saved.filter(({ userName }) => userName === name);
    expect((await store.findTokens({ userName: name! })).sort(byId)).toEqual(own.sort(byId));
  }
}

describe("rotateSecret", () => {
  it("counts in a dry run what it would do, and writes nothing, not the next key either", async () => {
    const { driver, raw } = await filled(5, OLD);
    const before = JSON.stringify([...raw]);
    const result = await rotateSecret(open(driver, [NEW, OLD]), { dryRun: true });
    expect(result).toEqual({ seen: 5, moved: 5, removed: 0, unreadable: 0 });
    expect(JSON.stringify([...raw])).toBe(before);
    expect(await rotateSecret(open(driver, [NEW, OLD]))).toEqual(result);
    expect(await rotateSecret(open(driver, [NEW, OLD]), { dryRun: true })).toMatchObject({ seen: 5, moved: 0 });
    await expectCode(rotateSecret(open(driver, OLD), { dryRun: true }), "ERR_SECRET_MISMATCH");
    await expectCode(rotateSecret(open(driver, NEW), { dryRun: "yes" as never }), "ERR_OPTION_INVALID");
  });

  it.each<[string, Secret, Secret]>([
    ["from one secret to another", OLD, NEW],
    ["from plain records to sealed ones", false, NEW],
    ["from sealed records to plain ones", OLD, false],
  ])("moves everything %s, and leaves nothing of the old one", async (_name, from, to) => {
    const { driver, raw, saved } = await filled(250, from);
    const before = new Set(raw.keys());
    const steps: RotationProgress[] = [];
    const both = open(driver, [to as string, from as string]);
    const result = await rotateSecret(both, { onProgress: (progress) => steps.push(progress) });
    expect(result).toEqual({ seen: 250, moved: 250, removed: 0, unreadable: 0 });
    expect(steps.map(({ seen }) => seen)).toEqual([100, 200, 250, 250]);
    expect([...raw.keys()].filter((key) => before.has(key))).toEqual(["tokens:r:keys"]);
    await expectWhole(open(driver, to), saved);
    await expectCode(open(driver, from).findToken({ userName: "user-1" }), "ERR_SECRET_MISMATCH");
  });

  it("has nothing to do the second time", async () => {
    const { driver } = await filled(10, OLD);
    await rotateSecret(open(driver, [NEW, OLD]));
    expect(await rotateSecret(open(driver, [NEW, OLD]))).toEqual({ seen: 10, moved: 0, removed: 0, unreadable: 0 });
    expect(await rotateSecret(open(driver, NEW))).toEqual({ seen: 10, moved: 0, removed: 0, unreadable: 0 });
  });

  it("killed after each single write, loses nothing, shows nothing twice, and ends well when run again", async () => {
    const count = 6;
    let kills = 0;
    for (let killAt = 0; ; killAt++) {
      const { driver, saved } = await filled(count, OLD);
      const rotation = rotateSecret(open(dyingAt(driver, killAt), [NEW, OLD])).catch(() => undefined);
      if ((await rotation) !== undefined) break;
      kills++;
      await expectWhole(open(driver, [NEW, OLD]), saved);
      const again = await rotateSecret(open(driver, [NEW, OLD]));
      expect(again.unreadable).toBe(0);
      await expectWhole(open(driver, NEW), saved);
    }
    console.log(`rotation of ${count} tokens killed at each of ${kills} writes`);
    expect(kills).toBeGreaterThan(count * 8);
  });

  it("cut short after a write that was torn, keeps what the old secret wrote and moves it again", async () => {
    const { driver, raw, saved } = await filled(1, OLD);
    const before = new Set(raw.keys());
    // The register, then the record: the first write that is torn, and the last.
    await rotateSecret(open(dyingAt(driver, 2), [NEW, OLD])).catch(() => undefined);
    const [torn, ...others] = [...raw.keys()].filter((key) => /:r:[0-9a-f]{32}$/.test(key) && !before.has(key));
    expect(others).toEqual([]);
    raw.set(torn!, "");
    await rotateSecret(open(driver, [NEW, OLD]));
    expect(await rotateSecret(open(driver, [NEW, OLD]))).toEqual({ seen: 1, moved: 0, removed: 0, unreadable: 0 });
    await expectWhole(open(driver, NEW), saved);
  });

  it("cut short and followed by a deletion that is killed too, never brings an outdated token back", async () => {
    let outcomes = 0;
    for (let killAt = 1; killAt < 20; killAt++) {
      const { driver, saved } = await filled(1, OLD);
      await rotateSecret(open(dyingAt(driver, killAt), [NEW, OLD])).catch(() => undefined);
      const { id } = await open(driver, [NEW, OLD]).saveToken({ id: saved[0]!.id, accessToken: "renewed" });
      for (let killDeletionAt = 0; killDeletionAt < 12; killDeletionAt++) {
        const copy = memoryDriver() as Driver;
        for (const [key, value] of driver.getInstance!() as Map<string, string>)
          (copy.getInstance!() as Map<string, string>).set(key, value);
        await open(dyingAt(copy, killDeletionAt), [NEW, OLD])
          .deleteToken(id)
          .catch(() => undefined);
        const found = await open(copy, [NEW, OLD]).findToken({ userName: "user-0", clientId: "client-0" });
        expect(found?.accessToken ?? "renewed").toBe("renewed");
        outcomes++;
      }
    }
    expect(outcomes).toBe(19 * 12);
  });

  it("cut short and followed by another secret, shows nothing that a token had before it was renewed", async () => {
    for (let killAt = 1; killAt < 12; killAt++) {
      const { driver, saved } = await filled(1, OLD);
      await rotateSecret(open(dyingAt(driver, killAt), [NEW, OLD])).catch(() => undefined);
      const renewed = await open(driver, [NEW, OLD]).saveToken({ id: saved[0]!.id, accessToken: "renewed" });
      // The newest secret has written nothing yet: what the oldest left behind is superseded by the one between.
      const all = open(driver, [NEWEST, NEW, OLD]);
      expect(await all.findToken({ accessToken: "access-0" })).toBeNull();
      await expectWhole(all, [renewed]);
      await rotateSecret(all);
      await expectWhole(open(driver, NEWEST), [renewed]);
    }
  });

  it("cut short and taken back, loses nothing that was saved under the new secret meanwhile", async () => {
    for (let killAt = 1; killAt < 12; killAt++) {
      const { driver, saved } = await filled(1, OLD);
      await rotateSecret(open(dyingAt(driver, killAt), [NEW, OLD])).catch(() => undefined);
      const renewed = await open(driver, [NEW, OLD]).saveToken({ id: saved[0]!.id, accessToken: "renewed" });
      await checkTokens(open(driver, [OLD, NEW]), { repair: true });
      await rotateSecret(open(driver, [OLD, NEW]));
      await expectWhole(open(driver, OLD), [renewed]);
    }
  });

  it("killed after each single write, takes no deleted or renewed token back when run again", async () => {
    for (let killAt = 0; ; killAt++) {
      const { driver, saved } = await filled(2, OLD);
      if ((await rotateSecret(open(dyingAt(driver, killAt), [NEW, OLD])).catch(() => undefined)) !== undefined) break;
      const both = open(driver, [NEW, OLD]);
      await both.deleteToken(saved[0]!.id);
      const renewed = await both.saveToken({ id: saved[1]!.id, accessToken: "renewed" });
      await expectWhole(both, [renewed]);
      expect(await both.findToken({ accessToken: "access-0" })).toBeNull();
      expect(await both.findToken({ accessToken: "access-1" })).toBeNull();
      await rotateSecret(open(driver, [NEW, OLD]));
      await expectWhole(open(driver, NEW), [renewed]);
      expect(await open(driver, NEW).findToken({ accessToken: "access-1" })).toBeNull();
    }
  });

  it("goes on beside saves and deletions, which are kept", async () => {
    const { driver, saved } = await filled(60, OLD);
    const storage = createStorage({ driver });
    const store = createUnstorageTokenStore(storage, { secret: [NEW, OLD] });
    const [, ...rest] = await Promise.all([
      rotateSecret(store),
      ...saved.slice(0, 20).map(({ id }, number) => store.saveToken({ id, accessToken: `new-${number}` })),
      ...saved.slice(20, 40).map(({ id }) => store.deleteToken(id)),
    ]);
    const renewed = rest.filter((result): result is StoredToken => result !== undefined);
    await rotateSecret(store);
    await expectWhole(open(driver, NEW), [...renewed, ...saved.slice(40)]);
  });

  const ANN = { userName: "ann", clientId: "c", accessToken: "a", refreshToken: "r" };
  it.each([
    { name: "found by its account", query: { userName: "ann", clientId: "c" } },
    { name: "found by its user", query: { userName: "ann" } },
    { name: "found by its refresh token", query: { refreshToken: "r" } },
    { name: "found by an id of the caller's", query: { id: "mine" } },
  ])("a token is $name, and saved over, whichever read the rotation comes before", async ({ query }) => {
    for (let at = 0, reached = true; reached; at++) {
      for (const act of ["find", "save"] as const) {
        const driver = memoryDriver() as Driver;
        const saved = await open(driver, OLD).saveToken({ ...("id" in query ? query : {}), ...ANN });
        let reads = 0;
        const rotated = instrumentDriver(over(driver), async (call) => {
          if (call === "getItem" && reads++ === at) await rotateSecret(open(driver, [NEW, OLD]));
        });
        const store = open(rotated, [NEW, OLD]);
        if (act === "find") expect(await store.findToken(query), `before read ${at}`).toEqual(saved);
        else
          expect(await store.saveToken({ ...query, scope: "s" }), `before read ${at}`).toMatchObject({ id: saved.id, ...ANN, scope: "s" });
        expect(await open(driver, [NEW, OLD]).getTokens()).toHaveLength(1);
        reached = reads > at;
      }
    }
  });

  it("counts what it can't read, leaves it, and keeps the old secret in the register", async () => {
    const { driver, raw, saved } = await filled(5, OLD);
    const damaged = [...raw.keys()].find((key) => /:r:[0-9a-f]{32}$/.test(key))!;
    const value = raw.get(damaged)!;
    raw.set(damaged, value.slice(0, -10));
    expect(await rotateSecret(open(driver, [NEW, OLD]))).toEqual({ seen: 5, moved: 4, removed: 0, unreadable: 1 });
    await expectCode(open(driver, NEW).findToken({ userName: "nobody" }), "ERR_SECRET_MISMATCH");
    raw.set(damaged, value);
    expect(await rotateSecret(open(driver, [NEW, OLD]))).toMatchObject({ moved: 1, unreadable: 0 });
    await expectWhole(open(driver, NEW), saved);
  });

  it("in a dry run leaves the old secret in the register, also where the new one has written already", async () => {
    const { driver, raw } = await filled(1, OLD);
    await open(driver, [NEW, OLD]).saveToken({ accessToken: "another" });
    const before = JSON.stringify([...raw]);
    await rotateSecret(open(driver, [NEW, OLD]), { dryRun: true });
    expect(JSON.stringify([...raw])).toBe(before);
  });

  it("leaves what a secret has written that was not given, where no register tells of it, and moves the others", async () => {
    const { driver, raw } = await filled(1, NEWEST);
    raw.delete("tokens:r:keys");
    const { id } = await open(driver, OLD).saveToken({ accessToken: "another" });
    expect(await rotateSecret(open(driver, [NEW, OLD]))).toEqual({ seen: 2, moved: 1, removed: 0, unreadable: 1 });
    expect(await open(driver, [NEW, OLD]).findTokenById(id)).toMatchObject({ accessToken: "another" });
  });

  it("ends between two pages when its signal says so", async () => {
    const { driver, saved } = await filled(150, OLD);
    const controller = new AbortController();
    const rotation = rotateSecret(open(driver, [NEW, OLD]), {
      signal: controller.signal,
      onProgress: () => controller.abort(new Error("enough")),
    });
    await expect(rotation).rejects.toThrow("enough");
    await expectWhole(open(driver, [NEW, OLD]), saved);
    expect(await rotateSecret(open(driver, [NEW, OLD]))).toMatchObject({ moved: 50 });
  });

  it("refuses a store without a secret, unknown options, and a secret that does not fit", async () => {
    await expectCode(rotateSecret(createMemoryTokenStore()), "ERR_OPTION_INVALID");
    await expectCode(rotateSecret({} as EdgeTokenStore), "ERR_OPTION_INVALID");
    const { driver } = await filled(1, OLD);
    await expectCode(rotateSecret(open(driver, [NEW, OLD]), { progress: 1 } as object), "ERR_OPTION_INVALID");
    await expectCode(rotateSecret(open(driver, NEW)), "ERR_SECRET_MISMATCH");
  });
});
