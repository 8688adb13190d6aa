import { describe, expect, it } from "vitest";
import { createTokenStore } from "../src/backends/custom/index.ts";
import type { EdgeTokenStore, StoredToken } from "../src/index.ts";
import { expectCode } from "./conformance/fixture.ts";
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

it("of two log-ins of one user in one millisecond only the refresh token tells which one a save was made for", async () => {
  const { any } = stores();
  const token = { userName: "ann", clientId: "c", refreshToken: "first" };
  const { version, createdAt } = await any.saveToken(token);
  const save = (ifRefreshToken: string | null): Promise<StoredToken> =>
    any.saveToken({ userName: "ann", clientId: "c", accessToken: "a" }, { ifVersion: version, ifCreatedAt: createdAt, ifRefreshToken });
  for (const other of ["second", null]) await expectCode(save(other), "ERR_CONFLICT");
  expect(await save("first")).toMatchObject({ version: 2 });
  const bare = await any.saveToken({ userName: "ben", accessToken: "a" });
  expect(await any.saveToken({ id: bare.id, scope: "s" }, { ifRefreshToken: null })).toMatchObject({ version: 2 });
  await expectCode(any.saveToken({ id: bare.id, scope: "t" }, { ifRefreshToken: 1 } as never), "ERR_OPTION_INVALID");
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
