import { describe, expect, it } from "vitest";
import { createTokenStore } from "../src/backends/custom/index.ts";
import type { EdgeTokenStore } from "../src/index.ts";
import { SECRET } from "./conformance/unstorage-fixture.ts";
import { MapBackend } from "./mutations/map-backend.ts";

function stores(): { own: EdgeTokenStore; any: EdgeTokenStore } {
  const rows = new Map<string, string>();
  const backend = (namespace: string): MapBackend => new MapBackend(rows, namespace);
  return { own: createTokenStore({ backend, secret: SECRET, clientId: "own" }), any: createTokenStore({ backend, secret: SECRET }) };
}

it("what a save asks of the stored token is what it was given at the call", async () => {
  const { any } = stores();
  await any.saveToken({ id: "1", refreshToken: "r" });
  const condition = { ifVersion: 1 };
  const saving = any.saveToken({ id: "1", refreshToken: "r2" }, condition);
  condition.ifVersion = 99;
  expect(await saving).toMatchObject({ version: 2 });
});

describe("the client that a store is for", () => {
  it.each<[string, (token: { id: string }) => object]>([
    ["id", ({ id }) => ({ id })],
    ["access token", () => ({ accessToken: "access" })],
  ])("is not given to a token of another client that is saved by its %s", async (_by, query) => {
    const { own, any } = stores();
    const token = await any.saveToken({ userName: "ann", clientId: "other", accessToken: "access", refreshToken: "refresh" });
    // The second save begins with what the store remembers.
    for (const scope of ["one", "two"]) expect(await own.saveToken({ ...query(token), scope })).toMatchObject({ clientId: "other", scope });
    expect(await any.findToken({ userName: "ann", clientId: "other" })).toMatchObject({ id: token.id, version: 3 });
  });

  it("is whose account a save means that clears the client, as a look-up does", async () => {
    const { own, any } = stores();
    const other = await any.saveToken({ userName: "ann", clientId: "other", refreshToken: "other" });
    expect(await own.findToken({ userName: "ann", clientId: null })).toBeNull();
    const saved = await own.saveToken({ userName: "ann", clientId: null, refreshToken: "refresh" });
    expect(saved).not.toHaveProperty("clientId");
    expect(await any.findToken({ userName: "ann", clientId: "other" })).toEqual(other);
  });

  it("is given to one that has none, and is replaced by one that is named", async () => {
    const { own, any } = stores();
    const { id } = await any.saveToken({ accessToken: "access" });
    expect(await own.saveToken({ id, scope: "one" })).toMatchObject({ clientId: "own" });
    expect(await own.saveToken({ id, clientId: "other" })).toMatchObject({ clientId: "other" });
    const cleared = await own.saveToken({ id, clientId: null });
    expect(cleared).not.toHaveProperty("clientId");
  });
});
