import "fake-indexeddb/auto";
import { createStorage } from "unstorage";
import memoryDriver from "unstorage/drivers/memory";
import { afterEach, describe, expect, it, vi } from "vitest";
import { createIndexedDBTokenStore } from "../../src/backends/indexeddb/index.ts";
import { createUnstorageTokenStore } from "../../src/backends/unstorage/index.ts";
import { createMemoryTokenStore } from "../../src/index.ts";
import type { EdgeTokenStore, TokenEvent } from "../../src/index.ts";
import { rotateSecret } from "../../src/maintenance/index.ts";
import { namedToken, unique } from "../conformance/fixture.ts";
import { SECRET } from "../conformance/unstorage-fixture.ts";

afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

function heardFrom(store: EdgeTokenStore): TokenEvent[] {
  const heard: TokenEvent[] = [];
  store.subscribe((event) => heard.push(event));
  return heard;
}

it("an event is the same for all who are told of it: none can change it for the next", async () => {
  const store = createMemoryTokenStore();
  store.subscribe((event) => void Reflect.set(event, "type", "changed"));
  const heard = heardFrom(store);
  const { id } = await store.saveToken(namedToken("ann"));
  expect(heard).toEqual([{ type: "saved", id, version: 1 }]);
});

describe("events of a store in IndexedDB", () => {
  it("come in the order of the versions, however the saves of one token matched it", async () => {
    const namespace = unique();
    const store = createIndexedDBTokenStore({ namespace });
    const other = createIndexedDBTokenStore({ namespace });
    const { id } = await store.saveToken(namedToken("ann"));
    const [heard, elsewhere] = [heardFrom(store), heardFrom(other)];
    await Promise.all(
      Array.from({ length: 20 }, (_, number) =>
        store.saveToken(number % 2 ? { id, scope: `${number}` } : { userName: "ann", clientId: "c", tokenType: `${number}` }),
      ),
    );
    await store.deleteToken(id);
    const versions = Array.from({ length: 20 }, (_, number) => ({ type: "saved", id, version: number + 2 }));
    expect(heard).toEqual([...versions, { type: "deleted", id }]);
    await expect.poll(() => elsewhere).toEqual(heard);
    await Promise.all([store.close(), other.close()]);
  });

  it("of what is under way while it is closed are heard by other tabs alone", async () => {
    const namespace = unique();
    const store = createIndexedDBTokenStore({ namespace });
    const other = createIndexedDBTokenStore({ namespace });
    await store.saveToken(namedToken("ann"));
    const [heard, elsewhere] = [heardFrom(store), heardFrom(other)];
    const saving = store.saveToken(namedToken("ben"));
    const closing = store.close();
    const { id } = await saving;
    await closing;
    expect(heard).toEqual([]);
    await expect.poll(() => elsewhere).toEqual([{ type: "saved", id, version: 1 }]);
    await other.saveToken(namedToken("eve"));
    await expect.poll(() => elsewhere).toHaveLength(2);
    expect(heard).toEqual([]);
    await other.close();
  });

  it("of tokens that were being deleted while it was closed are heard by other tabs too", async () => {
    const namespace = unique();
    const store = createIndexedDBTokenStore({ namespace });
    const other = createIndexedDBTokenStore({ namespace });
    await store.saveToken(namedToken("ann"));
    const elsewhere = heardFrom(other);
    const deleting = store.deleteTokens();
    await store.close();
    await deleting;
    await expect.poll(() => elsewhere).toEqual([{ type: "cleared" }]);
    await other.close();
  });

  it("of a page that keeps its tokens in memory stay there", async () => {
    const namespace = unique();
    const healthy = createIndexedDBTokenStore({ namespace });
    await healthy.saveToken(namedToken("ann"));
    const elsewhere = heardFrom(healthy);
    vi.stubGlobal("crypto", { getRandomValues: crypto.getRandomValues.bind(crypto) });
    const degraded = createIndexedDBTokenStore({ namespace, onDegraded: () => {} });
    const heard = heardFrom(degraded);
    await degraded.saveToken(namedToken("ben"));
    await degraded.deleteTokens();
    expect(heard).toMatchObject([{ type: "saved" }, { type: "cleared" }]);
    vi.unstubAllGlobals();
    await healthy.saveToken(namedToken("eve"));
    const another = createIndexedDBTokenStore({ namespace });
    await another.saveToken({ ...namedToken("eve"), scope: "s" });
    await expect.poll(() => elsewhere).toHaveLength(2);
    expect(elsewhere).toMatchObject([{ type: "saved" }, { type: "saved" }]);
    expect(heard).toHaveLength(2);
    await Promise.all([healthy, degraded, another].map((store) => store.close()));
  });
});

it("deleting all that is under way while the store is closed resolves, unheard", async () => {
  const store = createIndexedDBTokenStore({ namespace: unique() });
  await store.saveToken(namedToken("ann"));
  const heard = heardFrom(store);
  const deleting = store.deleteTokens().then(
    () => "resolved",
    ({ code }: { code: string }) => code,
  );
  await store.close();
  expect(["resolved", "ERR_STORE_CLOSED"]).toContain(await deleting);
  expect(heard).toEqual([]);
});

it("a rotation, which removes no token, tells of none", async () => {
  const storage = createStorage({ driver: memoryDriver() });
  const saved = await createUnstorageTokenStore(storage, { secret: SECRET }).saveToken(namedToken("ann"));
  const store = createUnstorageTokenStore(storage, { secret: ["another-secret-of-the-tests-with-32-characters", SECRET] });
  const heard = heardFrom(store);
  await rotateSecret(store);
  expect(heard).toEqual([]);
  await store.deleteToken(saved.id);
  expect(heard).toEqual([{ type: "deleted", id: saved.id }]);
});

it("a listener that subscribes anew while it is told hears of the change once, and one that was taken away not at all", async () => {
  const store = createMemoryTokenStore();
  const heard: string[] = [];
  let stop = store.subscribe(renew);
  function renew(): void {
    heard.push("renewed");
    stop();
    stop = store.subscribe(renew);
    stopLast();
  }
  const stopLast = store.subscribe(() => heard.push("taken away"));
  await store.saveToken(namedToken("ann"));
  expect(heard).toEqual(["renewed"]);
  await store.saveToken(namedToken("ben"));
  expect(heard).toEqual(["renewed", "renewed"]);
});
