import "fake-indexeddb/auto";
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { IndexedDBBackend } from "../../src/backends/indexeddb/backend.ts";
import { Connection } from "../../src/backends/indexeddb/connection.ts";
import { all, unique } from "../conformance/fixture.ts";

describe("a scan of IndexedDB", () => {
  let backend: IndexedDBBackend;

  beforeEach(async () => {
    const namespace = unique();
    backend = new IndexedDBBackend(new Connection(namespace, 1000), namespace, true);
    const keyId = (await backend.keyring()).current.id;
    for (const key of ["a", "b", "c", "d", "e"]) await backend.commit(undefined, { key, version: 1, keyId, index: {}, body: { key } });
  });
  afterEach(() => backend.close());

  it("asks for one page more than it has given out, and for none behind the last", async () => {
    const asked = vi.spyOn(IDBObjectStore.prototype, "getAll");
    onTestFinished(() => asked.mockRestore());
    const requests: number[] = [];
    for await (const page of backend.scan({ pageSize: 2 })) {
      expect(page.length).toBeLessThanOrEqual(2);
      // The request leaves within the turn.
      await Promise.resolve();
      requests.push(asked.mock.calls.length);
    }
    expect(requests).toEqual([2, 3, 3]);
  });

  it("asks for no key anew while the database is the same", async () => {
    const begun = vi.spyOn(IDBDatabase.prototype, "transaction");
    onTestFinished(() => begun.mockRestore());
    expect((await all(backend.scan({ pageSize: 2 }))).flat()).toHaveLength(5);
    expect(begun.mock.calls.map(([store]) => store)).toEqual(["records", "records", "records"]);
  });

  it("tells of a page that can't be read when its turn comes, and to nobody who has stopped before", async () => {
    const pages = backend.scan({ pageSize: 2 });
    const stopped = backend.scan({ pageSize: 2 });
    const getAll = Reflect.get(IDBObjectStore.prototype, "getAll");
    let calls = 0;
    const broken = vi.spyOn(IDBObjectStore.prototype, "getAll").mockImplementation(function (this: IDBObjectStore, ...args) {
      // Each scan's first page is read, and no other.
      if (++calls > 2) throw new DOMException("gone", "DataError");
      return Reflect.apply(getAll, this, args) as IDBRequest<unknown[]>;
    });
    onTestFinished(() => broken.mockRestore());
    const [first, other] = await Promise.all([pages.next(), stopped.next()]);
    expect([first, other].map(({ value }) => (value as unknown[]).length)).toEqual([2, 2]);
    await stopped.return(undefined);
    await expect(pages.next()).rejects.toMatchObject({ code: "ERR_STORE_UNAVAILABLE" });
  });
});
