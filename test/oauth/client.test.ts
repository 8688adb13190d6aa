import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { createMemoryTokenStore, OptionInvalidError } from "../../src/index.ts";
import { createOAuthClient, discoverServer } from "../../src/oauth/index.ts";
import type { AuthorizationRequest, OAuthClient } from "../../src/oauth/index.ts";
import { OAUTH_CLIENT, OAuthServer } from "../support/oauth-server.ts";

const REDIRECT = "https://app.example/callback";

describe("a client of any OAuth server", () => {
  let server: OAuthServer;
  let client: OAuthClient;
  beforeEach(async () => {
    server = await OAuthServer.start();
    const metadata = await discoverServer(server.issuer);
    client = createOAuthClient({ metadata, clientId: OAUTH_CLIENT.id, clientSecret: OAUTH_CLIENT.secret, redirectUrl: REDIRECT });
  });
  afterEach(() => server.stop());

  /** The user goes to the server and comes back. */
  async function visit({ url }: AuthorizationRequest): Promise<URL> {
    const { headers } = await fetch(url, { redirect: "manual" });
    return new URL(headers.get("location")!);
  }
  const reauthenticate = { code: "ERR_REAUTHENTICATION_REQUIRED" };

  it("logs in with PKCE and state, refreshes a rotating token through the store, and revokes it", async () => {
    const request = await client.authorizationUrl({ scope: "mail", parameters: { audience: "api" } });
    expect(Object.fromEntries(request.url.searchParams)).toMatchObject({
      response_type: "code",
      client_id: OAUTH_CLIENT.id,
      redirect_uri: REDIRECT,
      scope: "mail",
      audience: "api",
      code_challenge_method: "S256",
    });
    expect(request.url.href).not.toContain(request.codeVerifier);
    const store = createMemoryTokenStore();
    const first = await store.saveToken({ userName: "ann", ...(await client.exchange(await visit(request), request)) });
    expect(first).toMatchObject({ scope: "mail", tokenType: "Bearer" });
    expect(first.expiresAt! - Date.now()).toBeGreaterThan(3_500_000);

    const { refresh } = client;
    const second = await store.saveToken({ id: first.id, ...(await refresh(first)) });
    expect(second.refreshToken).not.toBe(first.refreshToken);
    await expect(refresh(first)).rejects.toMatchObject(reauthenticate);

    await client.revoke(second);
    await client.revoke(second);
    expect(server.knows(second.refreshToken!)).toBe(false);
  });

  it("believes no answer of another log-in", async () => {
    const [mine, other] = [await client.authorizationUrl(), await client.authorizationUrl()];
    const callback = await visit(other);
    await expect(client.exchange(callback, mine)).rejects.toMatchObject(reauthenticate);
    await expect(client.exchange(callback, { ...other, codeVerifier: mine.codeVerifier })).rejects.toMatchObject(reauthenticate);
    const own = await visit(mine);
    await expect(client.exchange(own, { ...mine, state: other.state })).rejects.toThrow(/by its state or its issuer/);
    expect(await client.exchange(own, mine)).toHaveProperty("accessToken");
  });

  it("believes no answer of another issuer, or of none", async () => {
    const request = await client.authorizationUrl();
    server.claimedIssuer = "https://evil.example";
    await expect(client.exchange(await visit(request), request)).rejects.toMatchObject(reauthenticate);
    await expect(discoverServer(server.issuer)).rejects.toMatchObject({ code: "ERR_REFRESH_FAILED" });
    server.claimedIssuer = undefined;
    const callback = await visit(request);
    callback.searchParams.delete("iss");
    await expect(client.exchange(callback, request)).rejects.toMatchObject(reauthenticate);
  });

  it("tells that the user declined", async () => {
    const request = await client.authorizationUrl({ parameters: { prompt: "none" } });
    await expect(client.exchange(await visit(request), request)).rejects.toThrow(/access_denied/);
  });

  it.each([
    ["an error that has no registered form", { error: "Not now" }, /ended with an error:/],
    ["neither a code nor an error", {}, /neither a code nor an error/],
  ])("asks for another log-in where the answer has %s", async (_name, answer, message) => {
    const request = await client.authorizationUrl();
    const callback = `${REDIRECT}?${new URLSearchParams({ ...answer, state: request.state, iss: server.issuer })}`;
    const error = await client.exchange(callback, request).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "ERR_REAUTHENTICATION_REQUIRED", message: expect.stringMatching(message) });
  });

  it.each([
    ["a rate limit", { status: 429, body: { error: "slow_down" }, headers: { "retry-after": "7" } }, "ERR_REFRESH_RATE_LIMITED"],
    ["a failing server", { status: 503, body: {} }, "ERR_REFRESH_FAILED"],
    ["a token of an unknown type", { status: 200, body: { access_token: "a", token_type: "unheard-of" } }, "ERR_REFRESH_FAILED"],
  ])("maps %s", async (_name, answer, code) => {
    server.nextAnswer = answer;
    await expect(client.refresh({ refreshToken: "r" })).rejects.toMatchObject({ code });
  });

  const idToken = (claims: object, alg = "RS256"): string => {
    const now = Math.floor(Date.now() / 1000);
    const all = { iss: server.issuer, aud: OAUTH_CLIENT.id, sub: "ann", iat: now, exp: now + 300, ...claims };
    return [{ alg }, all, "signature"].map((part) => Buffer.from(JSON.stringify(part)).toString("base64url")).join(".");
  };
  // For which the refresh token may be spent: what came in its place is lost where they are refused.
  it.each([
    ["without a token type", { token_type: undefined }],
    ["with an empty token type", { token_type: "" }],
    ["with members of other types than they should be of", { expires_in: "soon", scope: ["mail"], id_token: null }],
  ])("takes a refresh %s: what came for the refresh token is kept", async (_name, members) => {
    server.nextAnswer = { status: 200, body: { access_token: "a", refresh_token: "next", token_type: "Bearer", ...members } };
    expect(await client.refresh({ refreshToken: "r" })).toMatchObject({ accessToken: "a", refreshToken: "next" });
  });

  it("takes no formal fault in an exchange, for which the user is still there", async () => {
    const request = await client.authorizationUrl();
    const callback = await visit(request);
    server.nextAnswer = { status: 200, body: { access_token: "a" } };
    await expect(client.exchange(callback, request)).rejects.toMatchObject({ code: "ERR_REFRESH_FAILED" });
  });

  it.each([
    ["this client", {}, "resolved"],
    ["a server whose clock is an hour behind", { iat: 1, exp: Math.floor(Date.now() / 1000) - 3600 }, "resolved"],
    ["a server whose clock is an hour ahead", { nbf: Math.floor(Date.now() / 1000) + 3600 }, "resolved"],
    ["another client", { aud: "another" }, "ERR_REFRESH_FAILED"],
    ["another issuer", { iss: "https://evil.example" }, "ERR_REFRESH_FAILED"],
  ])("with an ID token of %s is taken or not, whatever else is wrong with it", async (_name, claims, outcome) => {
    server.nextAnswer = { status: 200, body: { access_token: "a", id_token: idToken(claims) } };
    const refreshed = client.refresh({ refreshToken: "r" });
    expect(
      await refreshed.then(
        () => "resolved",
        ({ code }: { code: string }) => code,
      ),
    ).toBe(outcome);
  });

  it.each(["ES256", "EdDSA", "HS256"])("with an ID token that is signed by %s is taken, though the metadata names none", async (alg) => {
    const metadata = { issuer: server.issuer, token_endpoint: `${server.issuer}/token` };
    const byHand = createOAuthClient({ metadata, clientId: OAUTH_CLIENT.id, clientSecret: OAUTH_CLIENT.secret, redirectUrl: REDIRECT });
    server.nextAnswer = { status: 200, body: { access_token: "a", refresh_token: "next", id_token: idToken({}, alg) } };
    expect(await byHand.refresh({ refreshToken: "r" })).toMatchObject({ accessToken: "a", refreshToken: "next" });
  });

  it("counts the lifetime from the question, however slow the answer is", async () => {
    const send: typeof fetch = async () => {
      vi.setSystemTime(Date.now() + 30_000);
      return Response.json({ access_token: "a", token_type: "Bearer", expires_in: 3600 });
    };
    const metadata = { issuer: server.issuer, token_endpoint: `${server.issuer}/token` };
    const slow = createOAuthClient({ metadata, clientId: "c", redirectUrl: REDIRECT, fetch: send });
    vi.useFakeTimers({ toFake: ["Date"] });
    onTestFinished(() => void vi.useRealTimers());
    const asked = Date.now();
    const { expiresAt } = await slow.refresh({ refreshToken: "r" });
    expect(expiresAt! - asked).toBe(3_600_000);
  });

  it("sends its secret as it is told to, by the fetch that it is given", async () => {
    const sent: { body: string; authorization: string | null }[] = [];
    const metadata = await discoverServer(server.issuer);
    for (const clientAuthentication of ["client_secret_basic", "client_secret_post"] as const) {
      const other = createOAuthClient({
        metadata,
        clientId: OAUTH_CLIENT.id,
        clientSecret: OAUTH_CLIENT.secret,
        clientAuthentication,
        redirectUrl: REDIRECT,
        fetch: async (input, init) => {
          const request = new Request(input, init);
          sent.push({ body: await request.clone().text(), authorization: request.headers.get("authorization") });
          return Response.json({ access_token: "a", token_type: "Bearer" });
        },
      });
      expect(await other.refresh({ refreshToken: "r" })).toMatchObject({ accessToken: "a" });
    }
    expect(sent[0]!.authorization).toMatch(/^Basic /);
    expect(sent[0]!.body).not.toContain("client_secret");
    expect(sent[1]).toMatchObject({ authorization: null, body: expect.stringContaining("client_secret=") });
  });

  it("sends no secret of its own where the server is gone, and says so", async () => {
    await server.stop();
    const error: unknown = await client.refresh({ refreshToken: "1000.secret" }).catch((thrown: unknown) => thrown);
    server = await OAuthServer.start();
    expect(error).toMatchObject({ code: "ERR_REFRESH_FAILED" });
    expect(String((error as Error).stack)).not.toContain("1000.secret");
  });

  it("needs a refresh token to refresh, any token to revoke, and a URL to come back with", async () => {
    await expect(client.refresh({})).rejects.toMatchObject(reauthenticate);
    await expect(client.refresh({ refreshToken: "" })).rejects.toMatchObject(reauthenticate);
    await expect(client.revoke({ refreshToken: "" })).rejects.toMatchObject({ code: "ERR_TOKEN_INVALID" });
    await expect(client.revoke({})).rejects.toMatchObject({ code: "ERR_TOKEN_INVALID" });
    await expect(client.exchange("?code=1", { state: "s", codeVerifier: "v" })).rejects.toMatchObject({ code: "ERR_TOKEN_INVALID" });
  });

  it("can't do what the server's metadata names no endpoint for", async () => {
    const bare = createOAuthClient({ metadata: { issuer: server.issuer }, clientId: "c", redirectUrl: REDIRECT });
    await expect(bare.authorizationUrl()).rejects.toBeInstanceOf(OptionInvalidError);
    await expect(bare.refresh({ refreshToken: "r" })).rejects.toBeInstanceOf(OptionInvalidError);
    await expect(bare.revoke({ refreshToken: "r" })).rejects.toBeInstanceOf(OptionInvalidError);
  });

  it.each<[string, object | null]>([
    ["nothing", null],
    ["no metadata", { metadata: undefined }],
    ["no issuer", { metadata: {} }],
    ["plain http", { metadata: { issuer: "http://login.example" } }],
    ["an endpoint in plain http", { metadata: { issuer: "https://login.example", token_endpoint: "http://login.example/token" } }],
    ["no client", { clientId: "" }],
    ["an empty secret", { clientSecret: "" }],
    ["an unknown authentication", { clientSecret: "s", clientAuthentication: "none" }],
    ["an unknown option", { pkce: false }],
    ["a fetch that is none", { fetch: 1 }],
  ])("refuses options with %s", (_name, options) => {
    const valid = { metadata: { issuer: "https://login.example" }, clientId: "c", redirectUrl: REDIRECT };
    expect(() => createOAuthClient((options && { ...valid, ...options }) as never)).toThrow(OptionInvalidError);
  });
});
