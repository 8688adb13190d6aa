import { describe, expect, it } from "vitest";
import { INDEX_NAMES } from "../src/backend.ts";
import { resolveLookup } from "../src/index.ts";
import type { LookupStep, TokenQuery } from "../src/index.ts";
import { adoptionSteps, hasIdentity, identityOf, indexValue, matchesStep } from "../src/lookup.ts";
import type { IndexValue } from "../src/lookup.ts";
import type { TokenFields } from "../src/token.ts";

const FULL = { id: "1", userName: "u", clientId: "c", clientSecret: "s", grantToken: "g", refreshToken: "r", accessToken: "a" };

describe("resolveLookup", () => {
  it.each<[string, TokenQuery, LookupStep[]]>([
    ["the id before everything", FULL, [{ by: "id", id: "1" }]],
    [
      "the account, then the user without a client",
      { ...FULL, id: null },
      [
        { by: "account", userName: "u", clientId: "c" },
        { by: "account", userName: "u" },
      ],
    ],
    ["the user where no client is named", { userName: "u", accessToken: "a" }, [{ by: "user", userName: "u" }]],
    ["the access token", { accessToken: "a", grantToken: "g", refreshToken: "r" }, [{ by: "access", accessToken: "a" }]],
    [
      "the grant, then the refresh token",
      { grantToken: "g", refreshToken: "r" },
      [
        { by: "grant", grantToken: "g" },
        { by: "refresh", refreshToken: "r" },
      ],
    ],
    [
      "the grant token of a client",
      { accessToken: "a", clientId: "c", grantToken: "g" },
      [{ by: "grant", grantToken: "g", clientId: "c" }],
    ],
    [
      "the refresh token where a secret is given",
      { accessToken: "a", clientSecret: "s", refreshToken: "r" },
      [{ by: "refresh", refreshToken: "r" }],
    ],
    ["nothing by a client", { clientId: "c", clientSecret: "s" }, []],
    ["nothing by an access token with a client", { accessToken: "a", clientId: "c" }, []],
    ["nothing by nothing", {}, []],
  ])("finds by %s", (_rule, query, steps) => {
    expect(resolveLookup(query)).toEqual(steps);
  });

  it("fills in a client for users only", () => {
    const options = { clientId: "own" };
    expect(resolveLookup({ userName: "u" }, options)[0]).toEqual({ by: "account", userName: "u", clientId: "own" });
    expect(resolveLookup({ userName: "u", clientId: "c" }, options)[0]).toEqual({ by: "account", userName: "u", clientId: "c" });
    expect(resolveLookup({ accessToken: "a" }, options)).toEqual([{ by: "access", accessToken: "a" }]);
    expect(resolveLookup({ refreshToken: "r" }, options)).toEqual([{ by: "refresh", refreshToken: "r" }]);
  });

  it("refuses what is no query", () => {
    expect(() => resolveLookup({ email: "u" } as never)).toThrow(expect.objectContaining({ code: "ERR_TOKEN_INVALID" }));
  });
});

describe("matchesStep", () => {
  const token = { ...FULL, createdAt: 0, updatedAt: 0, version: 1 };

  it("compares every part", () => {
    expect(matchesStep({ by: "account", userName: "u", clientId: "c" }, token)).toBe(true);
    expect(matchesStep({ by: "account", userName: "u", clientId: "C" }, token)).toBe(false);
    expect(matchesStep({ by: "account", userName: "u" }, token)).toBe(false);
    expect(matchesStep({ by: "user", userName: "U" }, token)).toBe(false);
  });

  it("accepts for a client its own tokens and those that have none", () => {
    const { clientId: _, ...clientless } = token;
    expect(matchesStep({ by: "refresh", refreshToken: "r", clientId: "c" }, token)).toBe(true);
    expect(matchesStep({ by: "refresh", refreshToken: "r", clientId: "c" }, clientless)).toBe(true);
    expect(matchesStep({ by: "refresh", refreshToken: "r", clientId: "d" }, token)).toBe(false);
    expect(matchesStep({ by: "grant", grantToken: "g", clientId: "d" }, token)).toBe(false);
  });
});

describe("identity", () => {
  it("is the account, else the grant, refresh or access token", () => {
    expect(identityOf(FULL)).toEqual(["account", "u", "c"]);
    expect(identityOf({ grantToken: "g", refreshToken: "r", accessToken: "a" })).toEqual(["grant", "g", null]);
    expect(identityOf({ refreshToken: "r", accessToken: "a", clientId: "c" })).toEqual(["refresh", "r", "c"]);
    expect(identityOf({ accessToken: "a" })).toEqual(["access", "a", null]);
    expect(identityOf({ clientId: "c", scope: "s" })).toBeUndefined();
  });

  it("is lost with the value or the client that it was made from", () => {
    expect(hasIdentity({ refreshToken: "r", userName: "later" }, ["refresh", "r", null])).toBe(true);
    expect(hasIdentity({ refreshToken: "r2" }, ["refresh", "r", null])).toBe(false);
    expect(hasIdentity({ grantToken: "g", refreshToken: "r" }, ["grant", "g", null])).toBe(true);
    expect(hasIdentity({ grantToken: "g2", accessToken: "a" }, ["grant", "g", null])).toBe(false);
    expect(hasIdentity({ accessToken: "a", userName: "later" }, ["access", "a", null])).toBe(true);
    expect(hasIdentity({ refreshToken: "r", clientId: "c" }, ["refresh", "r", null])).toBe(false);
    expect(hasIdentity({ userName: "renamed", clientId: "c" }, ["account", "u", "c"])).toBe(false);
  });
});

it("adopts by grant and refresh token, and only for a user", () => {
  expect(adoptionSteps(FULL)).toEqual([
    { by: "grant", grantToken: "g", clientId: "c" },
    { by: "refresh", refreshToken: "r", clientId: "c" },
  ]);
  expect(adoptionSteps({ refreshToken: "r" })).toEqual([]);
  expect(adoptionSteps({ userName: "u", accessToken: "a" })).toEqual([]);
});

it("indexes what is there, and an account without a client apart from any client", () => {
  const entries = (fields: TokenFields): Record<string, IndexValue | undefined> =>
    Object.fromEntries(INDEX_NAMES.map((name) => [name, indexValue(name, fields)]));
  expect(entries({ userName: "u", accessToken: "a" })).toEqual({ user: ["u"], account: ["u", null], access: ["a"] });
  expect(entries({ userName: "u", clientId: "c" })).toEqual({ user: ["u"], account: ["u", "c"] });
  expect(entries({ refreshToken: "r", grantToken: "g", clientId: "c" })).toEqual({ refresh: ["r"], grant: ["g"] });
});
