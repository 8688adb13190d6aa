import { describe, expect, it } from "vitest";
import type { StoredRecord } from "../src/backend.ts";
import { createTokenStore } from "../src/backends/custom/index.ts";
import { SECRET } from "./conformance/unstorage-fixture.ts";
import { MapBackend } from "./mutations/map-backend.ts";

/** Notes what is asked of it, and lets others be faster than so many of its commits. */
class OvertakenBackend extends MapBackend {
  calls: string[] = [];
  overtake: (() => Promise<unknown>)[] = [];

  override async read(key: string): Promise<StoredRecord | undefined> {
    this.calls.push("read");
    return super.read(key);
  }

  override async commit(previous: StoredRecord | undefined, next: StoredRecord | undefined): Promise<boolean> {
    this.calls.push("commit");
    await this.overtake.shift()?.();
    return super.commit(previous, next);
  }
}

describe("a save that begins with what is remembered", () => {
  it("reads before each further attempt: what was overtaken once is not tried again", async () => {
    const rows = new Map<string, string>();
    const backend = new OvertakenBackend(rows, "tokens");
    const store = createTokenStore({ backend: () => backend, secret: SECRET });
    const other = createTokenStore({ backend: (namespace) => new MapBackend(rows, namespace), secret: SECRET });
    const { id } = await store.saveToken({ userName: "ann", refreshToken: "refresh" });
    backend.calls = [];
    backend.overtake = [1, 2, 3].map((number) => () => other.saveToken({ id, scope: `${number}` }));
    expect(await store.saveToken({ id, accessToken: "access" })).toMatchObject({ scope: "3", accessToken: "access", version: 5 });
    expect(backend.calls).toEqual(["commit", "read", "commit", "read", "commit", "read", "commit"]);
  });
});
