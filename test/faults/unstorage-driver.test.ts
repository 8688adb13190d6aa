import { createStorage } from "unstorage";
import type { Driver } from "unstorage";
import memoryDriver from "unstorage/drivers/memory";
import { describe, expect, it } from "vitest";
import { createUnstorageTokenStore } from "../../src/backends/unstorage/index.ts";
import type { EdgeTokenStore } from "../../src/index.ts";
import { all, expectCode } from "../conformance/fixture.ts";
import { SECRET } from "../conformance/unstorage-fixture.ts";
import { DriverFaults, instrumentDriver } from "../../src/testing/index.ts";
import type { DriverCall } from "../../src/testing/index.ts";

const ANN = { userName: "ann-marked-name", clientId: "c", accessToken: "marked-access-token", refreshToken: "marked-refresh-token" };

/** A store whose driver fails at the calls named, with an error that quotes all it can. */
function faulty(): { store: EdgeTokenStore; fail: (...calls: DriverCall[]) => void } {
  let failing: readonly DriverCall[] = [];
  const driver = instrumentDriver(memoryDriver(), (call, key) => {
    if (!failing.includes(call)) return;
    const error = new Error(`ECONNRESET while ${call} ${key} with ${JSON.stringify(ANN)} and ${SECRET}`);
    throw Object.assign(error, { code: "ECONNRESET", command: { name: "set", args: [key, JSON.stringify(ANN)] } });
  });
  const store = createUnstorageTokenStore(createStorage({ driver }), { secret: SECRET });
  return { store, fail: (...calls) => void (failing = calls) };
}

/** Everything that a log could show of an error. */
function everythingIn(error: unknown): string {
  const seen: string[] = [];
  for (let current = error; current instanceof Error; current = current.cause) {
    seen.push(current.name, current.message, current.stack ?? "", JSON.stringify(Object.entries(current)));
  }
  return seen.join("\n");
}

describe("a driver that fails", () => {
  it.each<[string, DriverCall, (store: EdgeTokenStore, id: string) => Promise<unknown>]>([
    ["find by account", "getItem", (store) => store.findToken({ userName: ANN.userName, clientId: "c" })],
    ["find by user", "getItem", (store) => store.findToken({ userName: ANN.userName })],
    ["find by access token", "getItem", (store) => store.findToken({ accessToken: ANN.accessToken })],
    ["find all of a user", "getItem", (store) => store.findTokens({ userName: ANN.userName })],
    ["find by id", "getItem", (store, id) => store.findTokenById(id)],
    ["save, reading", "getItem", (store) => store.saveToken({ ...ANN, accessToken: "b" })],
    ["save, writing", "setItem", (store) => store.saveToken({ ...ANN, accessToken: "b" })],
    ["save, removing", "removeItem", (store) => store.saveToken({ ...ANN, accessToken: "b" })],
    ["delete, reading", "getItem", (store, id) => store.deleteToken(id)],
    ["delete, removing", "removeItem", (store, id) => store.deleteToken(id)],
    ["list, keys", "getKeys", (store) => store.getTokens()],
    ["list, records", "getItem", (store) => store.getTokens()],
    ["stream", "getKeys", (store) => all(store.tokens())],
    ["delete all, keys", "getKeys", (store) => store.deleteTokens()],
    ["delete all, removing", "removeItem", (store) => store.deleteTokens()],
  ])("makes %s say so, and the store works again afterwards", async (_name, call, use) => {
    const { store, fail } = faulty();
    const { id } = await store.saveToken(ANN);
    fail(call);
    const error = await use(store, id).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).toMatchObject({ code: "ERR_STORE_UNAVAILABLE", cause: { code: "ECONNRESET" } });
    for (const secret of [...Object.values(ANN).filter((value) => value.length > 1), SECRET]) {
      expect(everythingIn(error)).not.toContain(secret);
    }
    fail();
    await store.saveToken({ ...ANN, accessToken: "after" });
    expect(await store.findToken({ userName: ANN.userName, clientId: "c" })).toMatchObject({ accessToken: "after" });
  });

  it("that takes no writes is an error, not a save that is lost", async () => {
    const readOnly: Driver = { name: "read-only", hasItem: () => false, getItem: () => null, getKeys: () => [] };
    const store = createUnstorageTokenStore(createStorage({ driver: readOnly }), { secret: SECRET });
    expect(await store.findToken({ userName: "ann" })).toBeNull();
    await expectCode(store.saveToken(ANN), "ERR_STORE_UNAVAILABLE");
  });

  it("to give its client, which could compare, is not written to without comparing", async () => {
    let written = 0;
    let gone = true;
    const driver = instrumentDriver(memoryDriver(), (call) => void (written += call === "setItem" ? 1 : 0));
    const getInstance = (): undefined => {
      if (gone) throw Object.assign(new Error("not now"), { code: "ECONNREFUSED" });
    };
    const store = createUnstorageTokenStore(createStorage({ driver: { ...driver, getInstance } }), { secret: SECRET });
    const failure = { code: "ERR_STORE_UNAVAILABLE", cause: { code: "ECONNREFUSED" } };
    await expect(store.saveToken(ANN)).rejects.toMatchObject(failure);
    await expect(store.findToken({ userName: ANN.userName })).rejects.toMatchObject(failure);
    expect(written).toBe(0);
    gone = false;
    expect(await store.saveToken(ANN)).toMatchObject({ version: 1 });
  });

  it("that resolves with an error instead of rejecting is an error too", async () => {
    const driver = {
      ...memoryDriver(),
      getItem: () => Object.assign(new Error("ENOTDIR: not a directory"), { code: "ENOTDIR" }),
    } as unknown as Driver;
    const store = createUnstorageTokenStore(createStorage({ driver }), { secret: SECRET });
    await expectCode(store.findToken({ userName: "ann", clientId: "c" }), "ERR_STORE_UNAVAILABLE");
  });

  it("is not touched by bad input or bad options", async () => {
    let calls = 0;
    const storage = createStorage({ driver: instrumentDriver(memoryDriver(), () => void calls++) });
    const store = createUnstorageTokenStore(storage, { secret: SECRET });
    await expectCode(store.saveToken({ accessToken: "" }), "ERR_TOKEN_INVALID");
    await expectCode(store.saveToken({ userName: "ann", accessToken: "a", expiresAt: Number.NaN }), "ERR_TOKEN_INVALID");
    await expectCode(store.saveToken({ accessToken: "a" }, { ifVersion: -1 }), "ERR_OPTION_INVALID");
    await expectCode(store.findToken({ userName: 1 } as never), "ERR_TOKEN_INVALID");
    await expectCode(store.findTokenById(""), "ERR_TOKEN_INVALID");
    await expectCode(store.deleteToken(undefined as never), "ERR_TOKEN_INVALID");
    for (const [options, code] of [
      [{}, "ERR_OPTION_INVALID"],
      [undefined, "ERR_OPTION_INVALID"],
      [{ secret: 1 }, "ERR_OPTION_INVALID"],
      [{ secret: true }, "ERR_OPTION_INVALID"],
      [{ secret: [] }, "ERR_OPTION_INVALID"],
      [{ secret: [SECRET, undefined] }, "ERR_OPTION_INVALID"],
      [{ secret: [SECRET, "short"] }, "ERR_SECRET_WEAK"],
      [{ secret: SECRET, sekret: "x" }, "ERR_OPTION_INVALID"],
      [{ secret: "short" }, "ERR_SECRET_WEAK"],
      [{ secret: "" }, "ERR_SECRET_WEAK"],
      [{ secret: "x".repeat(31) }, "ERR_SECRET_WEAK"],
    ] as const) {
      expect(() => createUnstorageTokenStore(storage, options as never)).toThrow(expect.objectContaining({ code }));
    }
    for (const bad of [undefined, null, {}, "redis://127.0.0.1"]) {
      expect(() => createUnstorageTokenStore(bad as never, { secret: SECRET })).toThrow(
        expect.objectContaining({ code: "ERR_OPTION_INVALID" }),
      );
    }
    expect(calls).toBe(0);
  });
});

describe("a save that fails half-way", () => {
  const repeats: [string, object][] = [
    ["the same save again", {}],
    ["the next save of the token", { scope: "later" }],
  ];
  describe.each(repeats)("is completed by %s", (_name, change) => {
    it.each([1, 2, 3, 4, 5])("where write %i failed", async (failAt) => {
      const faults = new DriverFaults();
      faults.crashAfter(failAt - 1);
      const driver = instrumentDriver(memoryDriver(), faults.before);
      const store = createUnstorageTokenStore(createStorage({ driver }), { secret: SECRET });
      await expectCode(store.saveToken(ANN), "ERR_STORE_UNAVAILABLE");
      faults.recover();
      const saved = await store.saveToken({ ...ANN, ...change });
      expect(await store.getTokens()).toEqual([saved]);
      const { userName, clientId, accessToken, refreshToken } = ANN;
      for (const query of [{ userName, clientId }, { userName }, { accessToken }, { refreshToken }]) {
        expect(await store.findToken(query)).toEqual(saved);
      }
    });
  });
});
