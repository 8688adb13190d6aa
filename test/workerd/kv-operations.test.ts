import { env } from "cloudflare:workers";
import { createStorage, prefixStorage } from "unstorage";
import type { Storage } from "unstorage";
import cloudflareKVBindingDriver from "unstorage/drivers/cloudflare-kv-binding";
import { describe, expect, it } from "vitest";
import { createUnstorageTokenStore } from "../../src/backends/unstorage/index.ts";
import type { EdgeTokenStore } from "../../src/index.ts";
import { all, unique } from "../conformance/fixture.ts";
import { SECRET } from "../conformance/unstorage-fixture.ts";
import type { DelayedKVBinding } from "../../src/testing/index.ts";
import { kvLimitsSuite } from "../support/kv-limits-suite.ts";
import { shiftedDriver } from "../support/shifted-driver.ts";

kvLimitsSuite("Workers KV in workerd", () => env.KV as never);

type Operation = "get" | "put" | "delete" | "list";

interface Counted {
  readonly store: EdgeTokenStore;
  /** The operations that the task costs, as KV counts them; those that it makes none of are left out. */
  during(task: () => Promise<unknown>): Promise<Partial<Record<Operation, number>>>;
}

/** A store on the real binding, whose operations are counted. */
function counted(open = (storage: Storage): Storage => storage): Counted {
  let counts: Partial<Record<Operation, number>> = {};
  const binding = new Proxy(env.KV as unknown as DelayedKVBinding, {
    get: (kv, name: keyof DelayedKVBinding) => {
      const method = kv[name] as unknown;
      if (typeof method !== "function") return method;
      return (...args: unknown[]): unknown => {
        const operation = name === "getWithMetadata" ? "get" : name;
        counts[operation] = (counts[operation] ?? 0) + 1;
        return (method as (...args: unknown[]) => unknown).apply(kv, args);
      };
    },
  });
  const storage = createStorage({ driver: cloudflareKVBindingDriver({ binding: binding as never, base: unique() }) });
  return {
    store: createUnstorageTokenStore(open(storage), { secret: SECRET }),
    during: async (task) => {
      counts = {};
      await task();
      return counts;
    },
  };
}

const ACCOUNT = { userName: "ann", clientId: "c" };
const ANN = { ...ACCOUNT, refreshToken: "r", accessToken: "a" };

describe("on Workers KV", () => {
  it("look-ups take one read by account and id, two by what a pointer leads from", async () => {
    const { store, during } = counted();
    const { id } = await store.saveToken(ANN);
    expect(await during(() => store.findToken(ACCOUNT))).toEqual({ get: 1 });
    expect(await during(() => store.findTokenById(id))).toEqual({ get: 1 });
    expect(await during(() => store.findToken({ accessToken: "a" }))).toEqual({ get: 2 });
    expect(await during(() => store.findToken({ refreshToken: "r" }))).toEqual({ get: 2 });
    expect(await during(() => store.findToken({ userName: "ann" }))).toEqual({ get: 2 });
  });

  it("a refresh takes two writes and one removal: the record, its new pointer, its old one", async () => {
    const { store, during } = counted();
    await store.saveToken(ANN);
    // Read are the record, and at once its pointers, so that one that a crash has kept from being written is written now.
    expect(await during(() => store.saveToken({ ...ACCOUNT, accessToken: "b" }))).toEqual({ get: 2, put: 2, delete: 1 });
    expect(await store.findToken({ accessToken: "b" })).toMatchObject(ACCOUNT);
    expect(await store.findToken({ accessToken: "a" })).toBeNull();
  });

  it("a rename and a deletion look once more for a save beside them", async () => {
    const { store, during } = counted();
    const { id } = await store.saveToken(ANN);
    expect(await during(() => store.saveToken({ id, userName: "anna" }))).toEqual({ get: 3, put: 3, delete: 2 });
    expect(await store.findToken({ userName: "anna" })).toMatchObject({ id, refreshToken: "r" });
    expect(await store.findToken({ userName: "ann" })).toBeNull();
    expect(await during(() => store.deleteToken(id))).toEqual({ get: 3, delete: 5 });
    expect(await all(store.tokens())).toEqual([]);
  });

  it.each<[string, (storage: Storage) => Storage]>([
    ["on a mount", (storage) => createStorage().mount("tokens", storage.getMount("").driver)],
    ["under a prefix", (storage) => prefixStorage(storage, "inner")],
    ["as useStorage of Nitro gives it", (storage) => prefixStorage(createStorage().mount("kv", storage.getMount("").driver), "kv")],
  ])("a refresh is as cheap %s", async (_, open) => {
    const { store, during } = counted(open);
    await store.saveToken(ANN);
    expect(await during(() => store.saveToken({ ...ACCOUNT, accessToken: "b" }))).toEqual({ get: 2, put: 2, delete: 1 });
  });

  it("a refresh reads one pointer at a time of a driver whose keys the binding does not have, after three vain requests in all", async () => {
    const { store, during } = counted((storage) => createStorage({ driver: shiftedDriver(storage.getMount("").driver) }));
    await store.saveToken(ANN);
    for (const [accessToken, vain] of [
      ["b", 1],
      ["c", 1],
      ["d", 0],
    ] as const) {
      expect(await during(() => store.saveToken({ ...ACCOUNT, accessToken }))).toEqual({ get: 6 + vain, put: 2, delete: 1 });
      expect(await store.findToken({ accessToken })).toMatchObject(ACCOUNT);
    }
    expect(await store.findToken({ accessToken: "a" })).toBeNull();
  });

  it("a save that changes nothing writes nothing", async () => {
    const { store, during } = counted();
    await store.saveToken(ANN);
    expect(await during(() => store.saveToken(ANN))).toEqual({ get: 5 });
  });

  it("a new token takes a write for the record and one for each pointer, and the first one of all another for the register", async () => {
    const { store, during } = counted();
    expect(await during(() => store.saveToken(ANN))).toMatchObject({ put: 6 });
    // Seven reads look for what it could be a save of, one for its place; the last gives its pointers.
    const bob = { ...ANN, userName: "bob", accessToken: "b", refreshToken: "s" };
    expect(await during(() => store.saveToken(bob))).toEqual({ get: 9, put: 5 });
  });

  it("a listing reads a hundred values at a time, and asks for no more when it is left early", async () => {
    const { store, during } = counted();
    await Promise.all(Array.from({ length: 25 }, (_, number) => store.saveToken({ accessToken: `a${number}` })));
    // Two more reads prove first that the binding and the storage are the same place.
    expect(await during(() => all(store.tokens()))).toEqual({ list: 1, get: 2 + 1 });
    expect(await during(() => all(store.tokens({ pageSize: 10 })))).toEqual({ list: 1, get: 3 });
    const leaveEarly = async (): Promise<void> => {
      for await (const _ of store.tokens({ pageSize: 10 })) break;
    };
    // One page is read ahead.
    expect(await during(leaveEarly)).toEqual({ list: 1, get: 2 });
  });

  it("a listing finds the tokens of a driver whose keys the binding does not have", async () => {
    const { store, during } = counted((storage) => createStorage({ driver: shiftedDriver(storage.getMount("").driver) }));
    const tokens = await Promise.all(["a", "b", "c"].map((accessToken) => store.saveToken({ accessToken })));
    const listed: unknown[] = [];
    await during(async () => listed.push(...(await store.getTokens())));
    expect(listed).toHaveLength(tokens.length);
  });
});
