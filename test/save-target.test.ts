import { describe, expect, it } from "vitest";
import type { IndexName, StoredRecord } from "../src/backend.ts";
import { createTokenStore } from "../src/backends/custom/index.ts";
import { StoreUnavailableError } from "../src/index.ts";
import type { EdgeTokenStore } from "../src/index.ts";
import { SECRET } from "./conformance/unstorage-fixture.ts";
import { MapBackend } from "./mutations/map-backend.ts";

/** Fails where it is asked for tokens by this field. */
class FailingBackend extends MapBackend {
  failing: IndexName | undefined;

  override async lookup(index: IndexName, digest: string): Promise<StoredRecord[]> {
    if (index === this.failing) throw new StoreUnavailableError(`No answer by ${index}.`);
    return super.lookup(index, digest);
  }
}

function open(): { backend: FailingBackend; store: EdgeTokenStore } {
  const backend = new FailingBackend(new Map(), "tokens");
  return { backend, store: createTokenStore({ backend: () => backend, secret: SECRET }) };
}

describe("what a save asks for ahead of its use", () => {
  it("may fail where another look-up has found the token", async () => {
    const { backend, store } = open();
    const { id } = await store.saveToken({ userName: "ann", refreshToken: "first" });
    backend.failing = "refresh";
    expect(await store.saveToken({ userName: "ann", clientId: "c", refreshToken: "second" })).toMatchObject({ id, clientId: "c" });
  });

  it("fails the save that needs it: what can't be read is not taken for a new token", async () => {
    const { backend, store } = open();
    const { id } = await store.saveToken({ refreshToken: "refresh" });
    backend.failing = "refresh";
    const named = { userName: "ann", clientId: "c", refreshToken: "refresh" };
    await expect(store.saveToken(named)).rejects.toThrow("No answer by refresh.");
    backend.failing = undefined;
    expect(await store.saveToken(named)).toMatchObject({ id, version: 2 });
  });
});

it("a save over the account without a client takes the record in the account's own place, as a look-up does", async () => {
  const { store } = open();
  const renamed = await store.saveToken({ refreshToken: "refresh" });
  const own = await store.saveToken({ userName: "ann", accessToken: "access" });
  // Newer, and its id is the store's too.
  await store.saveToken({ id: renamed.id, userName: "ann" });
  expect(await store.findToken({ userName: "ann", clientId: "c" })).toMatchObject({ id: own.id });
  expect(await store.saveToken({ userName: "ann", clientId: "c", scope: "s" })).toMatchObject({ id: own.id, accessToken: "access" });
});
