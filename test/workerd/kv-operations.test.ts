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
    // Read are the record and its pointers, so that one that a crash has kept from being written is written now.
    expect(await during(() => store.saveToken({ ...ACCOUNT, accessToken: "b" }))).toEqual({ get: 6, put: 2, delete: 1 });
  });

  it("a save that changes nothing writes nothing", async () => {
    const { store, during } = counted();
    await store.saveToken(ANN);
    expect(await during(() => store.saveToken(ANN))).toEqual({ get: 5 });
  });

  it("a new token takes a write for the record and one for each pointer, and the first one of all another for the register", async () => {
    const { store, during } = counted();
    expect(await during(() => store.saveToken(ANN))).toMatchObject({ put: 6 });
    expect(await during(() => store.saveToken({ ...ANN, userName: "bob", accessToken: "b", refreshToken: "s" }))).toMatchObject({ put: 5 });
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

  it("a listing finds the tokens under a prefix that the binding knows nothing of", async () => {
    const { store, during } = counted((storage) => prefixStorage(storage, "inner"));
    const tokens = await Promise.all(["a", "b", "c"].map((accessToken) => store.saveToken({ accessToken })));
    const listed: unknown[] = [];
    await during(async () => listed.push(...(await store.getTokens())));
    expect(listed).toHaveLength(tokens.length);
  });
});
