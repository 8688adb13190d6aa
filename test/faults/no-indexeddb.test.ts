import { afterAll, beforeAll, expect, it } from "vitest";
import { createIndexedDBTokenStore } from "../../src/backends/indexeddb/index.ts";

// Another file of this process may have brought one.
const others = Object.getOwnPropertyDescriptor(globalThis, "indexedDB");
beforeAll(() => {
  Reflect.deleteProperty(globalThis, "indexedDB");
});
afterAll(() => {
  if (others) Object.defineProperty(globalThis, "indexedDB", others);
});

it("a store made where there is no IndexedDB, as on a server, says so when it is used, and closes", async () => {
  expect("indexedDB" in globalThis).toBe(false);
  const store = createIndexedDBTokenStore();
  const expected = { code: "ERR_STORE_UNAVAILABLE", message: expect.stringContaining("There is no IndexedDB here") };
  await expect(store.findToken({ userName: "ann" })).rejects.toMatchObject(expected);
  await expect(store.saveToken({ accessToken: "access" })).rejects.toMatchObject(expected);
  await store.close();
});
