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
