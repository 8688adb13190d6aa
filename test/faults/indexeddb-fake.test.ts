import "fake-indexeddb/auto";
import { forceCloseDatabase } from "fake-indexeddb";
import { openDB } from "idb";
import { describe, expect, it, vi } from "vitest";
import { createIndexedDBTokenStore } from "../../src/backends/indexeddb/index.ts";
import { expectCode, unique } from "../conformance/fixture.ts";
import { indexedDBFaultSuite } from "./indexeddb-suite.ts";

const ANN = { userName: "ann", clientId: "c", accessToken: "access-ann" };

describe("IndexedDB (fake-indexeddb)", () => {
  indexedDBFaultSuite();

  /** The connections that a store opens, as the browser sees them. */
  function watchConnections(): IDBDatabase[] {
    const connections: IDBDatabase[] = [];
    const original = indexedDB.open.bind(indexedDB);
    vi.spyOn(indexedDB, "open").mockImplementation((...args) => {
      const request = original(...args);
      request.addEventListener("success", () => connections.push(request.result));
      return request;
    });
    return connections;
  }

  it("opens a new connection after the browser ended the old one", async () => {
    const connections = watchConnections();
    const store = createIndexedDBTokenStore({ namespace: unique() });
    const saved = await store.saveToken(ANN);
    forceCloseDatabase(connections[0] as never);
    expect(await store.findToken({ userName: "ann" })).toEqual(saved);
    expect(connections).toHaveLength(2);
    await store.close();
    vi.restoreAllMocks();
  });

  it("retries on a new connection when the old one fails without a word", async () => {
    const connections = watchConnections();
    const store = createIndexedDBTokenStore({ namespace: unique() });
    const saved = await store.saveToken(ANN);
    const lost = () => {
      throw new DOMException("Connection to Indexed Database server lost", "UnknownError");
    };
    vi.spyOn(connections[0]!, "transaction").mockImplementation(lost);
    expect(await store.findToken({ userName: "ann" })).toEqual(saved);
    expect(await store.saveToken({ ...ANN, scope: "s" })).toMatchObject({ version: 2 });
    expect(connections).toHaveLength(2);
    await store.close();
    vi.restoreAllMocks();
  });

  it("gives up after three connections, says so, and starts anew at the next call", async () => {
    const connections = watchConnections();
    const store = createIndexedDBTokenStore({ namespace: unique() });
    await store.saveToken(ANN);
    const transaction = vi.spyOn(IDBDatabase.prototype, "transaction").mockImplementation(() => {
      throw new DOMException("marked-token lost", "UnknownError");
    });
    const error = await store.findToken({ userName: "ann" }).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: "ERR_STORE_UNAVAILABLE", cause: { name: "UnknownError" } });
    expect(JSON.stringify([error, (error as Error).message, (error as Error).stack])).not.toContain("marked");
    transaction.mockRestore();
    expect(await store.findToken({ userName: "ann" })).toMatchObject(ANN);
    expect(connections.length).toBeGreaterThanOrEqual(3);
    await store.close();
    vi.restoreAllMocks();
  });

  it("reports a full storage as such, with nothing written", async () => {
    const store = createIndexedDBTokenStore({ namespace: unique() });
    const saved = await store.saveToken(ANN);
    const put = vi.spyOn(IDBObjectStore.prototype, "put").mockImplementation(() => {
      throw new DOMException("no room", "QuotaExceededError");
    });
    await expectCode(store.saveToken({ ...ANN, scope: "s" }), "ERR_STORE_QUOTA");
    put.mockRestore();
    expect(await store.findTokenById(saved.id)).toEqual(saved);
    await store.close();
  });

  it("does not open again by itself after close", async () => {
    const namespace = unique();
    const store = createIndexedDBTokenStore({ namespace });
    await store.saveToken(ANN);
    await store.close();
    await expectCode(store.findToken({ userName: "ann" }), "ERR_STORE_CLOSED");
    const upgraded = await openDB(`edge-token-store:${namespace}`, 2);
    upgraded.close();
  });
});
