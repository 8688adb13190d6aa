import { afterEach, expect, test, vi } from "vitest";
import { createIndexedDBTokenStore } from "../../src/backends/indexeddb/index.ts";
import { unique } from "../conformance/fixture.ts";

const ACCOUNT = { userName: "ann", clientId: "client" };

afterEach(() => vi.restoreAllMocks());

/** Notes, in their order, when a digest of what holds the text begins, and when a record has been read by its key. */
function noteSteps(text: string): string[] {
  const steps: string[] = [];
  const { sign } = crypto.subtle;
  vi.spyOn(crypto.subtle, "sign").mockImplementation((algorithm, key, data) => {
    if (new TextDecoder().decode(data).includes(text)) steps.push("digest");
    return sign.call(crypto.subtle, algorithm, key, data);
  });
  const { get } = IDBObjectStore.prototype;
  vi.spyOn(IDBObjectStore.prototype, "get").mockImplementation(function (this: IDBObjectStore, key) {
    const request = get.call(this, key);
    request.addEventListener("success", () => steps.push("read"));
    return request;
  });
  return steps;
}

test("a save digests its new access token while the record is read, and once", async () => {
  const namespace = unique();
  await using other = createIndexedDBTokenStore({ namespace });
  await other.saveToken({ ...ACCOUNT, accessToken: "old" });
  await using store = createIndexedDBTokenStore({ namespace });
  await store.findToken({ ...ACCOUNT, userName: "nobody" });
  const steps = noteSteps('"access","new"');
  await store.saveToken({ ...ACCOUNT, accessToken: "new" });
  expect(steps).toContain("read");
  expect(steps.filter((step) => step === "digest")).toHaveLength(1);
  expect(steps.indexOf("digest")).toBeLessThan(steps.indexOf("read"));
});
