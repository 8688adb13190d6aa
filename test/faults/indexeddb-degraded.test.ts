// @vitest-environment happy-dom
import "fake-indexeddb/auto";
import { openDB } from "idb";
import { afterEach, describe, expect, it, vi } from "vitest";
import { createIndexedDBTokenStore } from "../../src/backends/indexeddb/index.ts";
import type { EdgeTokenStore, TokenStoreError } from "../../src/index.ts";
import { unique } from "../conformance/fixture.ts";

const ANN = { userName: "ann", clientId: "c", accessToken: "access-ann", refreshToken: "refresh-ann" };

/** What browsers were seen to do to keys; each leaves the rest of the browser alone. */
const REFUSALS: [string, RegExp, () => void][] = [
  [
    "has no WebCrypto, on an insecure origin",
    /no WebCrypto/,
    () => vi.stubGlobal("crypto", { getRandomValues: crypto.getRandomValues.bind(crypto) }),
  ],
  [
    "throws on storing a key, as iOS Safari can",
    /does not store keys/,
    () => {
      const add = IDBObjectStore.prototype.add;
      vi.spyOn(IDBObjectStore.prototype, "add").mockImplementation(function (this: IDBObjectStore, value: unknown, key) {
        if (this.name === "keys") throw new DOMException("The object can not be cloned.", "DataCloneError");
        return key === undefined ? add.call(this, value) : add.call(this, value, key);
      });
    },
  ],
  [
    "stores a key and reads back null, as Safari 27 can",
    /does not give back/,
    () => {
      const add = IDBObjectStore.prototype.add;
      vi.spyOn(IDBObjectStore.prototype, "add").mockImplementation(function (this: IDBObjectStore, value: unknown, key) {
        const kept = this.name === "keys" ? null : value;
        return key === undefined ? add.call(this, kept) : add.call(this, kept, key);
      });
    },
  ],
  [
    "refuses IndexedDB, as it does in a page that is sandboxed or may set no cookies",
    /no use of IndexedDB/,
    () =>
      vi.spyOn(indexedDB, "open").mockImplementation(() => {
        throw new DOMException("access to the Indexed Database API is denied in this context.", "SecurityError");
      }),
  ],
];

describe.each(REFUSALS)("a browser that %s", (_name, reason, refuse) => {
  const stores: EdgeTokenStore[] = [];
  afterEach(async () => {
    vi.unstubAllGlobals();
    vi.restoreAllMocks();
    await Promise.all(stores.splice(0).map((store) => store.close()));
  });

  function open(namespace = unique()): { store: EdgeTokenStore; reasons: TokenStoreError[] } {
    const reasons: TokenStoreError[] = [];
    const store = createIndexedDBTokenStore({ namespace, onDegraded: (error) => reasons.push(error) });
    stores.push(store);
    return { store, reasons };
  }

  it("keeps tokens in memory, works all the same, and says why, once", async () => {
    refuse();
    const { store, reasons } = open();
    expect(store.capabilities).toMatchObject({ engine: "indexeddb", persistent: true, sealed: true });
    const saved = await store.saveToken(ANN);
    for (const query of [{ id: saved.id }, { userName: "ann" }, { userName: "ann", clientId: "c" }, { accessToken: "access-ann" }]) {
      expect(await store.findToken(query)).toEqual(saved);
    }
    expect(await store.saveToken({ ...ANN, accessToken: "next" })).toMatchObject({ id: saved.id, version: 2 });
    expect(await store.getTokens()).toHaveLength(1);
    await store.deleteTokens();
    expect(await store.getTokens()).toEqual([]);
    expect(store.capabilities).toMatchObject({ engine: "memory", persistent: false, durable: false, sealed: false });
    expect(reasons).toEqual([expect.objectContaining({ code: "ERR_STORE_UNAVAILABLE", message: expect.stringMatching(reason) })]);
  });

  it("has no token on disk", async () => {
    refuse();
    const namespace = unique();
    const { store, reasons } = open(namespace);
    await Promise.all(Array.from({ length: 5 }, (_, number) => store.saveToken({ ...ANN, userName: `user-${number}` })));
    expect(await store.getTokens()).toHaveLength(5);
    expect(reasons).toHaveLength(1);
    vi.restoreAllMocks();
    const database = await openDB(`edge-token-store:${namespace}`);
    const records = database.objectStoreNames.contains("records") ? await database.getAll("records") : [];
    database.close();
    expect(records).toEqual([]);
  });

  it("forgets them with the page", async () => {
    refuse();
    const namespace = unique();
    await open(namespace).store.saveToken(ANN);
    expect(await open(namespace).store.findToken({ userName: "ann" })).toBeNull();
  });

  it("warns on the console where nobody listens, without a token", async () => {
    const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
    refuse();
    const store = createIndexedDBTokenStore({ namespace: unique() });
    stores.push(store);
    await store.saveToken(ANN);
    expect(warn).toHaveBeenCalledExactlyOnceWith(expect.stringMatching(reason));
    expect(JSON.stringify(warn.mock.calls)).not.toMatch(/ann/);
  });
});

describe("a browser that gives its keys back no more", () => {
  afterEach(() => void vi.restoreAllMocks());

  /** A page's store, where another page has saved a token before. */
  async function refusedLater(): Promise<{ namespace: string; store: EdgeTokenStore }> {
    const namespace = unique();
    await using before = createIndexedDBTokenStore({ namespace });
    await before.saveToken(ANN);
    const get = Reflect.get(IDBObjectStore.prototype, "get");
    vi.spyOn(IDBObjectStore.prototype, "get").mockImplementation(function (this: IDBObjectStore, key) {
      return Reflect.apply(get, this, [this.name === "keys" ? "none" : key]) as IDBRequest<unknown>;
    });
    const store = createIndexedDBTokenStore({ namespace, onDegraded: () => {} });
    expect(await store.findToken({ userName: "ann" })).toBeNull();
    expect(store.capabilities.persistent).toBe(false);
    return { namespace, store };
  }

  it("brings nothing back that was deleted meanwhile, once it gives them back", async () => {
    const { namespace, store } = await refusedLater();
    await store.saveToken(ANN);
    await store.deleteTokens();
    expect(await store.getTokens()).toEqual([]);
    await store.close();
    vi.restoreAllMocks();
    await using after = createIndexedDBTokenStore({ namespace });
    expect(await after.findToken({ userName: "ann" })).toBeNull();
    expect(await after.getTokens()).toEqual([]);
  });

  it("and can't delete what is on disk: that is told", async () => {
    const { store } = await refusedLater();
    vi.spyOn(IDBObjectStore.prototype, "clear").mockImplementation(() => {
      throw new DOMException("gone", "DataError");
    });
    await expect(store.deleteTokens()).rejects.toMatchObject({ code: "ERR_STORE_UNAVAILABLE" });
    await store.close();
  });
});
