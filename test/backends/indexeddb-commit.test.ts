import "fake-indexeddb/auto";
import { openDB } from "idb";
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import type { IndexName, StoredRecord } from "../../src/backend.ts";
import { IndexedDBBackend } from "../../src/backends/indexeddb/backend.ts";
import { createIndexedDBTokenStore } from "../../src/backends/indexeddb/index.ts";
import { Connection } from "../../src/backends/indexeddb/connection.ts";
import { databaseName } from "../../src/backends/indexeddb/schema.ts";
import { all, unique } from "../conformance/fixture.ts";

describe("a commit in IndexedDB", () => {
  let backend: IndexedDBBackend;
  let namespace: string;
  let keyId: string;
  const record = (key: string, version: number, access: string): StoredRecord => ({
    key,
    version,
    keyId,
    index: { access },
    body: { access },
  });

  beforeEach(async () => {
    namespace = unique();
    backend = new IndexedDBBackend(new Connection(namespace, 1000), namespace, true);
    keyId = (await backend.keyring()).current.id;
  });
  afterEach(() => backend.close());

  it("is refused over another version, over nothing, and over what must not be there", async () => {
    const [first, second] = [record("k", 1, "a"), record("k", 2, "b")];
    expect(await backend.commit(first, second)).toBe(false);
    expect(await backend.commit(undefined, first)).toBe(true);
    expect(await backend.commit(undefined, first)).toBe(false);
    expect(await backend.commit(first, second)).toBe(true);
    expect(await backend.commit(first, second)).toBe(false);
    expect(await backend.commit(first, undefined)).toBe(false);
    expect(await backend.read("k")).toEqual(second);
    expect(await backend.commit(second, undefined)).toBe(true);
    expect(await backend.read("k")).toBeUndefined();
  });

  it("is refused over a token that was deleted and saved anew in the meantime, at the same version", async () => {
    const [before, anew] = [record("k", 1, "old log-in"), record("k", 1, "new log-in")];
    await backend.commit(undefined, before);
    await backend.commit(before, undefined);
    await backend.commit(undefined, anew);
    expect(await backend.commit(before, record("k", 2, "refreshed"))).toBe(false);
    expect(await backend.commit(before, undefined)).toBe(false);
    expect(await backend.read("k")).toEqual(anew);
  });

  it("is refused over a namesake that differs in its body alone", async () => {
    const [before, anew] = [record("k", 1, "a"), { ...record("k", 1, "a"), body: { sealed: new Uint8Array([1, 2]) } }];
    await backend.commit(undefined, anew);
    expect(await backend.commit(before, record("k", 2, "b"))).toBe(false);
    expect(await backend.commit({ ...anew, body: { sealed: new Uint8Array([1, 3]) } }, record("k", 2, "b"))).toBe(false);
    expect(await backend.commit({ ...anew, body: { sealed: new Uint8Array([1, 2]) } }, record("k", 2, "b"))).toBe(true);
  });

  it("is all that a save takes of a token that was saved before", async () => {
    await using store = createIndexedDBTokenStore({ namespace: unique() });
    const { id } = await store.saveToken({ userName: "ann", clientId: "c", refreshToken: "r", accessToken: "a" });
    const opened = vi.spyOn(IDBDatabase.prototype, "transaction");
    onTestFinished(() => opened.mockRestore());
    await store.saveToken({ id, accessToken: "b" });
    await store.saveToken({ userName: "ann", clientId: "c", accessToken: "c" });
    expect(opened.mock.calls.map(([, mode]) => mode)).toEqual(["readwrite", "readwrite"]);
  });

  it("leaves each record to be found by a token that it shares with others, and by that alone", async () => {
    const records = ["b", "a", "c"].map((key) => record(key, 1, "shared"));
    await backend.commit(undefined, records[0]);
    // Two that come in one turn, and nothing tells one of the other but the backend.
    await Promise.all(records.slice(1).map((one) => backend.commit(undefined, one)));
    const found = async (access: string): Promise<string[]> => (await backend.lookup("access", access)).map(({ key }) => key);
    expect(await found("shared")).toEqual(["a", "b", "c"]);
    await backend.commit(records[1], record("a", 2, "own"));
    expect([await found("shared"), await found("own")]).toEqual([["b", "c"], ["a"]]);
    await backend.commit(records[0], undefined);
    expect(await found("shared")).toEqual(["c"]);
    await backend.commit(record("a", 2, "own"), record("a", 3, "shared"));
    expect([await found("shared"), await found("own")]).toEqual([["a", "c"], []]);
    expect((await all(backend.scan({ pageSize: 1 }))).flat().map(({ key }) => key)).toEqual(["a", "c"]);
  });

  it("finds two that came in one turn with one token, and nothing before them", async () => {
    await Promise.all(["b", "a"].map((key) => backend.commit(undefined, record(key, 1, "shared"))));
    expect(await backend.lookup("access", "shared")).toHaveLength(2);
  });

  it("lets no markers of shared tokens pile up", async () => {
    // Spread as digests are.
    const digest = (version: number): string => String((version * 48_271) % 65_537).padStart(5, "0");
    const keys = ["a", "b"];
    await Promise.all(keys.map((key) => backend.commit(undefined, record(key, 1, digest(1)))));
    for (let version = 1; version < 100; version++) {
      for (const key of keys) {
        await backend.commit(record(key, version, digest(version)), record(key, version + 1, digest(version + 1)));
      }
    }
    expect(await backend.lookup("access", digest(100))).toHaveLength(2);
    const database = await openDB(databaseName(namespace));
    expect(await database.count("records")).toBeLessThan(2 + 20);
    database.close();
  });

  it("that is refused leaves those that are asked for with it alone, and writes nothing of its own", async () => {
    const [old, taken] = [record("old", 1, "a"), record("taken", 1, "b")];
    await Promise.all([old, taken].map((one) => backend.commit(undefined, one)));
    const results = await Promise.all([
      backend.commit(undefined, record("new", 1, "c")),
      backend.commit(record("gone", 1, "d"), record("gone", 2, "d")),
      backend.commit(old, record("old", 2, "e")),
      backend.commit(undefined, record("taken", 1, "f")),
      backend.commit(undefined, { ...record("foreign", 1, "g"), keyId: "another" }),
    ]);
    expect(results).toEqual([true, false, true, false, false]);
    expect(await all(backend.scan({ pageSize: 10 }))).toEqual([[record("new", 1, "c"), record("old", 2, "e"), taken]]);
  });

  it("writes nothing where one of its requests fails", async () => {
    await backend.commit(undefined, record("k", 1, "a"));
    const put = vi.spyOn(IDBObjectStore.prototype, "put").mockImplementation(() => {
      throw new DOMException("no room", "QuotaExceededError");
    });
    const saved = backend.commit(record("k", 1, "a"), record("k", 2, "b"));
    await expect(saved).rejects.toMatchObject({ code: "ERR_STORE_QUOTA" });
    put.mockRestore();
    expect(await backend.read("k")).toEqual(record("k", 1, "a"));
  });

  it("that can't be read, since the browser has lost its value, fails no read but its own", async () => {
    for (const key of ["kept", "lost"]) await backend.commit(undefined, record(key, 1, key));
    const get = Reflect.get(IDBObjectStore.prototype, "get");
    vi.spyOn(IDBObjectStore.prototype, "get").mockImplementation(function (this: IDBObjectStore, key) {
      if (key !== "lost") return Reflect.apply(get, this, [key]) as IDBRequest<unknown>;
      // As Chromium fails a request whose value lies in a file that is gone.
      const request = Object.assign(new EventTarget(), { error: new DOMException("Data lost due to missing file.", "NotReadableError") });
      queueMicrotask(() => request.dispatchEvent(new Event("error")));
      return request as unknown as IDBRequest<unknown>;
    });
    onTestFinished(() => void vi.restoreAllMocks());
    const [lost, kept] = await Promise.allSettled([backend.read("lost"), backend.read("kept")]);
    expect(lost).toMatchObject({ status: "rejected", reason: { code: "ERR_STORE_UNAVAILABLE" } });
    expect(kept).toMatchObject({ status: "fulfilled", value: record("kept", 1, "kept") });
  });

  it("is refused with digests of another database's key", async () => {
    expect(await backend.commit(undefined, { ...record("k", 1, "a"), keyId: "another" })).toBe(false);
    expect(await backend.read("k")).toBeUndefined();
  });
});

it.each<[string, readonly IndexName[] | undefined, string[]]>([
  ["where its index tells that the refresh token is another", undefined, ["strict", "relaxed", "strict", "relaxed"]],
  ["always where there is no such index", ["account"], ["strict", "strict", "strict", "strict"]],
])("a save is made durable before it is acknowledged %s", async (_when, lookups, expected) => {
  const store = createIndexedDBTokenStore({ namespace: unique(), ...(lookups && { lookups }) });
  await store.findToken({ userName: "ann", clientId: "c" });
  const begun = vi.spyOn(IDBDatabase.prototype, "transaction");
  const ANN = { userName: "ann", clientId: "c" };
  await store.saveToken({ ...ANN, refreshToken: "one", accessToken: "one" });
  await store.saveToken({ ...ANN, accessToken: "two" });
  await store.saveToken({ ...ANN, refreshToken: "two", accessToken: "three" });
  await store.saveToken({ ...ANN, accessToken: "four" });
  const writes = begun.mock.calls.filter(([, mode]) => mode === "readwrite");
  expect(writes.map(([, , options]) => options?.durability)).toEqual(expected);
  vi.restoreAllMocks();
  await store.close();
});
