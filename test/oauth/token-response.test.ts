import { describe, expect, it } from "vitest";
import { readTokenResponse } from "../../src/oauth/token-response.ts";

const NOW = 1_700_000_000_000;
const answer = (body: unknown, init: ResponseInit = {}): Response =>
  new Response(typeof body === "string" ? body : JSON.stringify(body), init);
const read = (body: unknown, init?: ResponseInit) => readTokenResponse(answer(body, init), NOW);

describe("a token response", () => {
  it("becomes the fields of a token", async () => {
    const body = {
      access_token: "a",
      refresh_token: "r",
      expires_in: 3600,
      scope: "s",
      token_type: "Bearer",
      api_domain: "https://www.zohoapis.eu",
    };
    expect(await read(body)).toEqual({
      accessToken: "a",
      refreshToken: "r",
      expiresAt: NOW + 3_600_000,
      scope: "s",
      tokenType: "Bearer",
      apiDomain: "https://www.zohoapis.eu",
    });
  });

  it.each([
    ["none", {}, undefined],
    ["a string", { expires_in: "3600" }, NOW + 3_600_000],
    ["zero", { expires_in: 0 }, NOW],
    ["no number", { expires_in: "soon" }, undefined],
    ["an empty string", { expires_in: "" }, undefined],
    ["negative", { expires_in: -1 }, undefined],
    ["longer than a number of milliseconds can be", { expires_in: Number.MAX_VALUE }, undefined],
    ["Zoho's old milliseconds beside seconds", { expires_in: 3_600_000, expires_in_sec: 3600 }, NOW + 3_600_000],
  ])("may have %s as its lifetime", async (_name, lifetime, expiresAt) => {
    const grant = await read({ access_token: "a", ...lifetime });
    expect(grant).toEqual(expiresAt === undefined ? { accessToken: "a" } : { accessToken: "a", expiresAt });
  });

  it.each([
    ["invalid_grant with 400", { error: "invalid_grant" }, { status: 400 }, "ERR_REAUTHENTICATION_REQUIRED"],
    ["Zoho's invalid_code with 200", { error: "invalid_code" }, { status: 200 }, "ERR_REAUTHENTICATION_REQUIRED"],
    ["GitHub's bad_refresh_token with 200", { error: "bad_refresh_token" }, { status: 200 }, "ERR_REAUTHENTICATION_REQUIRED"],
    ["GitHub's bad_verification_code with 200", { error: "bad_verification_code" }, { status: 200 }, "ERR_REAUTHENTICATION_REQUIRED"],
    ["429", "slow down", { status: 429 }, "ERR_REFRESH_RATE_LIMITED"],
    [
      "Zoho's rate limit with 200",
      { error: "Access Denied", error_description: "You have made too many requests continuously. Please try again.", status: "failure" },
      { status: 200 },
      "ERR_REFRESH_RATE_LIMITED",
    ],
    ["HTML with 200", "<!doctype html><title>Sign in</title>", { status: 200 }, "ERR_REFRESH_FAILED"],
    ["a 503", "", { status: 503 }, "ERR_REFRESH_FAILED"],
    ["a token with 500", { access_token: "a" }, { status: 500 }, "ERR_REFRESH_FAILED"],
    ["a token beside an error", { access_token: "a", error: "server_error" }, { status: 200 }, "ERR_REFRESH_FAILED"],
    ["no access token", { token_type: "Bearer" }, { status: 200 }, "ERR_REFRESH_FAILED"],
    ["an access token that is no string", { access_token: 1 }, { status: 200 }, "ERR_REFRESH_FAILED"],
    ["an array", [], { status: 200 }, "ERR_REFRESH_FAILED"],
    ["null", null, { status: 200 }, "ERR_REFRESH_FAILED"],
    ["invalid_client", { error: "invalid_client" }, { status: 401 }, "ERR_REFRESH_FAILED"],
  ])("that is %s is an error by its code", async (_name, body, init, code) => {
    await expect(read(body, init)).rejects.toMatchObject({ code });
  });

  it.each([null, ""])("may have an error member that says nothing: %j", async (error) => {
    expect(await read({ access_token: "a", refresh_token: "r", error })).toEqual({ accessToken: "a", refreshToken: "r" });
  });

  it.each([429, 503])("tells with status %i how long to wait, in seconds or until a date", async (status) => {
    for (const header of ["120", new Date(NOW + 120_000).toUTCString()]) {
      await expect(read("", { status, headers: { "retry-after": header } })).rejects.toMatchObject({ retryAfterMs: 120_000 });
    }
    await expect(read("", { status: 429, headers: { "retry-after": "later" } })).rejects.toMatchObject({ retryAfterMs: undefined });
  });

  it("that repeats a secret keeps it to itself", async () => {
    const error = await read({ error: "no such token 1000.secret", error_description: "1000.secret" }, { status: 400 }).catch(String);
    expect(error).not.toContain("1000.secret");
  });
});
