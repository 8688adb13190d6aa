import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createIndexedDBTokenStore } from "../../src/backends/indexeddb/index.ts";
import type { EdgeTokenStore } from "../../src/index.ts";
import { unique } from "../conformance/fixture.ts";

const TOKEN = { userName: "ann", clientId: "client", refreshToken: "refresh", accessToken: "access" };

let namespace: string;
let store: EdgeTokenStore;
let begun: ReturnType<typeof vi.spyOn>;
let told: ReturnType<typeof vi.spyOn>;

beforeEach(async () => {
  namespace = unique();
  store = createIndexedDBTokenStore({ namespace, memo: 0 });
  await store.saveToken(TOKEN);
  begun = vi.spyOn(IDBDatabase.prototype, "transaction");
  told = vi.spyOn(IDBTransaction.prototype, "commit");
});
afterEach(async () => {
  vi.restoreAllMocks();
  await store.close();
});

test.for<[string, number, () => Promise<unknown>]>([
  ["look-up by account", 1, () => store.findToken({ userName: "ann", clientId: "client" })],
  ["look-up by refresh token", 1, () => store.findToken({ refreshToken: "refresh" })],
  ["list", 1, () => store.getTokens()],
  ["save of a refresh", 2, () => store.saveToken({ ...TOKEN, accessToken: "renewed" })],
  ["save of a token that another record holds too", 2, () => store.saveToken({ id: "another", refreshToken: "refresh" })],
  ["deletion", 2, async () => store.deleteToken((await store.findToken(TOKEN))!.id)],
])("a %s tells the browser the end of its transactions itself", async ([, least, task]) => {
  await task();
  expect(begun.mock.calls.length).toBeGreaterThanOrEqual(least);
  expect(told).toHaveBeenCalledTimes(begun.mock.calls.length);
});

test("saves that find another version abort, and tell no end", async () => {
  await using other = createIndexedDBTokenStore({ namespace });
  await other.findToken(TOKEN);
  await store.saveToken({ ...TOKEN, accessToken: "second" });
  begun.mockClear();
  told.mockClear();
  await other.saveToken({ ...TOKEN, accessToken: "third" });
  // A commit over what it remembers, which is aborted; then a read and a commit.
  expect(begun).toHaveBeenCalledTimes(3);
  expect(told).toHaveBeenCalledTimes(2);
});
