import { describe, expect, it } from "vitest";
import { createMemoryTokenStore, isExpired, redactToken } from "../src/index.ts";
import { mergeToken, sameFields } from "../src/merge.ts";
import { parseTokenInput } from "../src/token.ts";

describe("isExpired", () => {
  it("is true from the instant of expiry on", () => {
    expect(isExpired({ expiresAt: 1000 }, { now: 999 })).toBe(false);
    expect(isExpired({ expiresAt: 1000 }, { now: 1000 })).toBe(true);
  });

  it("is true earlier by the validity that is asked for", () => {
    expect(isExpired({ expiresAt: 61_000 }, { now: 0, minValiditySeconds: 60 })).toBe(false);
    expect(isExpired({ expiresAt: 60_000 }, { now: 0, minValiditySeconds: 60 })).toBe(true);
  });

  it("is false where no expiry is known", () => {
    expect(isExpired({})).toBe(false);
    expect(isExpired({ expiresAt: null })).toBe(false);
  });

  it("takes numbers alone, since nothing is past what is none", () => {
    for (const options of [{ now: Number.NaN }, { now: "1000" }, { minValiditySeconds: Number.NaN }, { minValiditySeconds: "x" }]) {
      expect(() => isExpired({ expiresAt: 1 }, options as never)).toThrow(expect.objectContaining({ code: "ERR_OPTION_INVALID" }));
    }
  });

  it("reads the clock of the machine by default", () => {
    expect(isExpired({ expiresAt: Date.now() - 1 })).toBe(true);
    expect(isExpired({ expiresAt: Date.now() + 60_000 })).toBe(false);
  });
});

describe("redactToken", () => {
  it("leaves nothing of a secret but its length", () => {
    const token = {
      id: "1",
      userName: "ann",
      clientId: "c",
      clientSecret: "cs-1234",
      grantToken: "gt-1",
      refreshToken: "rt-12",
      accessToken: "at-123",
    };
    const redacted = redactToken(token);
    expect(redacted).toMatchObject({ id: "1", userName: "ann", clientId: "c", accessToken: "[redacted, 6 characters]" });
    expect(JSON.stringify(redacted)).not.toMatch(/cs-|gt-|rt-|at-/);
    expect(token.accessToken).toBe("at-123");
  });

  it("adds no field that is not there", () => {
    expect(redactToken({ userName: "ann", refreshToken: null })).toEqual({ userName: "ann", refreshToken: null });
  });
});

describe("mergeToken", () => {
  it("keeps, clears and replaces", () => {
    const merged = mergeToken({ scope: "old", tokenType: "Bearer", apiDomain: "d" }, { scope: "new", tokenType: null });
    expect(merged).toEqual({ scope: "new", apiDomain: "d" });
  });

  it("keeps an expiry with its access token, and drops it with another", () => {
    const stored = { accessToken: "a", expiresAt: 5 };
    expect(mergeToken(stored, { scope: "s" })).toMatchObject({ expiresAt: 5 });
    expect(mergeToken(stored, { accessToken: "a" })).toMatchObject({ expiresAt: 5 });
    expect(mergeToken(stored, { accessToken: "b" })).not.toHaveProperty("expiresAt");
    expect(mergeToken(stored, { accessToken: null })).toEqual({});
    expect(mergeToken(stored, { accessToken: "b", expiresAt: 9 })).toMatchObject({ expiresAt: 9 });
    expect(mergeToken(stored, { expiresAt: null })).toEqual({ accessToken: "a" });
  });

  it("changes neither of its arguments", () => {
    const stored = Object.freeze({ scope: "old" });
    const patch = Object.freeze({ scope: "new" });
    expect(mergeToken(stored, patch)).toEqual({ scope: "new" });
  });
});

it("tells by each field whether two tokens are the same", () => {
  expect(sameFields({ userName: "a", expiresAt: 1 }, { userName: "a", expiresAt: 1 })).toBe(true);
  expect(sameFields({ userName: "a" }, { userName: "a", scope: "s" })).toBe(false);
  expect(sameFields({ expiresAt: 1 }, { expiresAt: 2 })).toBe(false);
});

it("takes the fields of a class, which are accessors of its prototype", () => {
  class Grant {
    readonly #token = "marked";
    get accessToken(): string {
      return this.#token;
    }
    get userName(): undefined {
      return undefined;
    }
  }
  expect(parseTokenInput(new Grant())).toEqual({ accessToken: "marked" });
});

it("takes no sign from zero, which no storage would keep", () => {
  expect(parseTokenInput({ expiresAt: -0 })).toEqual({ expiresAt: 0 });
});

it.each(["1000.0123456789abcdef.fedcba", "0123456789abcdef", "eyJhbGciOiJub25lIn0.e30.", "a".repeat(40)])(
  "does not repeat %s, which may be a token where the name of a field should be",
  (token) => {
    expect(() => parseTokenInput({ [token]: "" })).toThrow("no field of that name");
    expect(() => createMemoryTokenStore({ [token]: 1 })).toThrow("no option of that name");
  },
);

it("names an unknown field in its refusal, and no value", () => {
  expect(() => parseTokenInput({ acessToken: "marked" })).toThrow(/no field "acessToken"/);
  expect(() => parseTokenInput({ acessToken: "marked" })).not.toThrow(/marked/);
});
