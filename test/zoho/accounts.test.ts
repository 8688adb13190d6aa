import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { createMemoryTokenStore, OptionInvalidError } from "../../src/index.ts";
import { createTokenRefresher } from "../../src/refresh/index.ts";
import { createZohoAccounts } from "../../src/zoho/index.ts";
import type { ZohoAccountsOptions, ZohoDataCenter } from "../../src/zoho/index.ts";
import { CLIENT, HTML, INVALID_CODE, RATE_LIMIT, ZohoServer } from "../support/zoho-server.ts";

const OPTIONS: ZohoAccountsOptions = { clientId: CLIENT.id, clientSecret: CLIENT.secret, redirectUrl: "https://app.example/callback" };

const SERVERS: Record<ZohoDataCenter, [accounts: string, api: string]> = {
  us: ["https://accounts.zoho.com", "https://www.zohoapis.com"],
  eu: ["https://accounts.zoho.eu", "https://www.zohoapis.eu"],
  in: ["https://accounts.zoho.in", "https://www.zohoapis.in"],
  au: ["https://accounts.zoho.com.au", "https://www.zohoapis.com.au"],
  jp: ["https://accounts.zoho.jp", "https://www.zohoapis.jp"],
  cn: ["https://accounts.zoho.com.cn", "https://www.zohoapis.com.cn"],
  ca: ["https://accounts.zohocloud.ca", "https://www.zohoapis.ca"],
  sa: ["https://accounts.zoho.sa", "https://www.zohoapis.sa"],
  uk: ["https://accounts.zoho.uk", "https://www.zohoapis.uk"],
};

const recorder = () => vi.fn<typeof fetch>(async () => Response.json({ access_token: "a" }));
const urlsOf = (send: ReturnType<typeof recorder>): string[] => send.mock.calls.map(([url]) => url as string);

describe("the accounts server", () => {
  let server: ZohoServer;
  beforeEach(async () => {
    server = await ZohoServer.start();
  });
  afterEach(() => server.stop());
  const local = (): ReturnType<typeof createZohoAccounts> => createZohoAccounts({ ...OPTIONS, accountsServer: server.url });

  it("is asked for a code by a URL with all that Zoho wants", () => {
    const url = createZohoAccounts(OPTIONS).authorizationUrl({ scope: ["ZohoCRM.users.READ", "ZohoCRM.org.READ"], state: "s" });
    expect(url.origin + url.pathname).toBe("https://accounts.zoho.com/oauth/v2/auth");
    expect(Object.fromEntries(url.searchParams)).toEqual({
      response_type: "code",
      client_id: CLIENT.id,
      redirect_uri: OPTIONS.redirectUrl,
      scope: "ZohoCRM.users.READ,ZohoCRM.org.READ",
      state: "s",
      access_type: "offline",
    });
    const again = local().authorizationUrl({ scope: "s", state: "s", accessType: "online", prompt: "consent" });
    expect(again.origin).toBe(server.url);
    expect(again.searchParams.get("prompt")).toBe("consent");
    expect(again.searchParams.get("access_type")).toBe("online");
  });

  it("carries PKCE there and back, where the application makes a verifier", async () => {
    const url = local().authorizationUrl({ scope: "s", state: "s", codeChallenge: "c" });
    expect([url.searchParams.get("code_challenge"), url.searchParams.get("code_challenge_method")]).toEqual(["c", "S256"]);
    const send = recorder();
    await createZohoAccounts({ ...OPTIONS, fetch: send }).exchangeGrantToken("code", { codeVerifier: "v" });
    expect((send.mock.calls[0]![1]!.body as URLSearchParams).get("code_verifier")).toBe("v");
    await expect(local().exchangeGrantToken("code", { codeVerifier: "" })).rejects.toBeInstanceOf(OptionInvalidError);
  });

  it("exchanges a code once, refreshes and revokes what it granted", async () => {
    const accounts = local();
    const store = createMemoryTokenStore();
    const code = server.issueGrant();
    const grant = await accounts.exchangeGrantToken(code, { accountsServer: server.url });
    expect(grant).toMatchObject({ apiDomain: server.url, tokenType: "Bearer" });
    const token = await store.saveToken({ userName: "ann", clientId: CLIENT.id, ...grant });
    await expect(accounts.exchangeGrantToken(code)).rejects.toMatchObject({ code: "ERR_REAUTHENTICATION_REQUIRED" });

    const { refreshToken } = accounts;
    const refreshed = await store.saveToken({ id: token.id, ...(await refreshToken(token)) });
    expect(refreshed.accessToken).not.toBe(token.accessToken);
    expect(refreshed.refreshToken).toBe(token.refreshToken);

    expect(await accounts.revokeToken(refreshed)).toBe(true);
    expect(await accounts.revokeToken(refreshed)).toBe(false);
    await expect(refreshToken(refreshed)).rejects.toMatchObject({ code: "ERR_REAUTHENTICATION_REQUIRED" });
    expect(server.requests.every(({ path }) => !path.includes(token.refreshToken!))).toBe(true);
  });

  it("plugs into the refresher in one line, which asks once for many", async () => {
    const store = createMemoryTokenStore();
    await store.saveToken({ userName: "ann", refreshToken: server.issueRefreshToken(), accessToken: "old", expiresAt: 1 });
    const refresher = createTokenRefresher({ store, refresh: local().refreshToken });
    const tokens = await Promise.all(Array.from({ length: 5 }, () => refresher.getAccessToken({ userName: "ann" })));
    expect(new Set(tokens)).toEqual(new Set([(await store.findToken({ userName: "ann" }))?.accessToken]));
    expect(server.grants).toEqual(["refresh_token"]);
  });

  it.each([
    ["invalid_code with status 200", INVALID_CODE, "ERR_REAUTHENTICATION_REQUIRED"],
    ["a rate limit with status 200", RATE_LIMIT, "ERR_REFRESH_RATE_LIMITED"],
    ["a rate limit with status 400", { ...RATE_LIMIT, status: 400 }, "ERR_REFRESH_RATE_LIMITED"],
    ["HTML", HTML, "ERR_REFRESH_FAILED"],
    ["status 503", { status: 503, body: "" }, "ERR_REFRESH_FAILED"],
  ])("answers %s: the error is judged by the body", async (_name, answer, code) => {
    server.nextAnswers.push(answer);
    const refreshToken = server.issueRefreshToken();
    await expect(local().refreshToken({ refreshToken })).rejects.toMatchObject({ code });
  });

  it("may send the lifetime in Zoho's old milliseconds", async () => {
    server.extraFields = { expires_in: 3_600_000, expires_in_sec: 3600 };
    const { expiresAt } = await local().refreshToken({ refreshToken: server.issueRefreshToken() });
    expect(expiresAt! - Date.now()).toBeLessThanOrEqual(3_600_000);
    expect(expiresAt! - Date.now()).toBeGreaterThan(3_500_000);
  });

  it("may be slow: the lifetime counts from the question", async () => {
    const send: typeof fetch = async () => {
      vi.setSystemTime(Date.now() + 30_000);
      return Response.json({ access_token: "a", expires_in: 3600 });
    };
    vi.useFakeTimers({ toFake: ["Date"] });
    onTestFinished(() => void vi.useRealTimers());
    const asked = Date.now();
    const { expiresAt } = await createZohoAccounts({ ...OPTIONS, fetch: send }).refreshToken({ refreshToken: "r" });
    expect(expiresAt! - asked).toBe(3_600_000);
  });

  it("that can't be reached, or sends elsewhere, is a failure that tells no secret", async () => {
    const accounts = local();
    await server.stop();
    const refused: unknown = await accounts.refreshToken({ refreshToken: "1000.secret" }).catch((error: unknown) => error);
    server = await ZohoServer.start();
    expect(refused).toMatchObject({ code: "ERR_REFRESH_FAILED" });
    expect(String((refused as Error).stack)).not.toContain("1000.secret");
    const send = vi.fn<typeof fetch>(async () => new Response(null, { status: 302, headers: { location: "https://evil.example" } }));
    await expect(createZohoAccounts({ ...OPTIONS, fetch: send }).refreshToken({ refreshToken: "r" })).rejects.toMatchObject({
      code: "ERR_REFRESH_FAILED",
    });
    expect(send).toHaveBeenCalledTimes(1);
    expect(send.mock.calls[0]![1]).toMatchObject({ redirect: "manual" });
  });
});

describe("a data centre", () => {
  it.each(Object.entries(SERVERS))(
    "%s has servers of its own for log-in, exchange, refresh and revocation",
    async (name, [accounts, api]) => {
      const send = recorder();
      const there = createZohoAccounts({ ...OPTIONS, dataCenter: name as ZohoDataCenter, fetch: send });
      expect(there.authorizationUrl({ scope: "s", state: "s" }).origin).toBe(accounts);
      const elsewhere = createZohoAccounts({ ...OPTIONS, dataCenter: name === "us" ? "eu" : "us", fetch: send });
      for (const redirect of [{ location: name }, { accountsServer: accounts }, { accountsServer: `${accounts}/`, location: name }]) {
        await elsewhere.exchangeGrantToken("code", redirect);
      }
      await elsewhere.refreshToken({ refreshToken: "r", apiDomain: api });
      await elsewhere.refreshToken({ refreshToken: "r", apiDomain: api.replace("www", "sandbox") });
      expect(new Set(urlsOf(send))).toEqual(new Set([`${accounts}/oauth/v2/token`]));
    },
  );

  it.each([
    { accountsServer: "https://accounts.zoho.com.evil.example" },
    { accountsServer: "https://evil.example/accounts.zoho.com" },
    { accountsServer: "https://accounts.zoho.com@evil.example" },
    { accountsServer: "https://accounts.zoho.com:8443" },
    { accountsServer: "http://accounts.zoho.com" },
    { accountsServer: "https://accounts.zoho.com/steal" },
    { accountsServer: "https://ACCOUNTS.zoho.com" },
    { accountsServer: "" },
    { accountsServer: "http://127.0.0.1:8080" },
    { location: "xx" },
    { location: "constructor" },
    { accountsServer: "https://accounts.zoho.eu", location: "us" },
  ])("that a redirect makes up is sent nothing: %o", async (redirect) => {
    const send = recorder();
    const accounts = createZohoAccounts({ ...OPTIONS, fetch: send });
    await expect(accounts.exchangeGrantToken("code", redirect)).rejects.toBeInstanceOf(OptionInvalidError);
    expect(send).not.toHaveBeenCalled();
  });

  it("that an API domain makes up is not believed either", async () => {
    const send = recorder();
    const accounts = createZohoAccounts({ ...OPTIONS, dataCenter: "eu", fetch: send });
    for (const apiDomain of ["https://evilzohoapis.in", "https://www.zohoapis.in.evil.example", "no URL"]) {
      await accounts.refreshToken({ refreshToken: "r", apiDomain });
    }
    expect(new Set(urlsOf(send))).toEqual(new Set(["https://accounts.zoho.eu/oauth/v2/token"]));
  });
});

describe("a refresh", () => {
  it("is made for the token's own client, and never with another client's secret", async () => {
    const send = recorder();
    const accounts = createZohoAccounts({ ...OPTIONS, fetch: send });
    const sent = async (token: object): Promise<Record<string, string>> => {
      await accounts.refreshToken({ refreshToken: "r", ...token });
      return Object.fromEntries(send.mock.lastCall![1]!.body as URLSearchParams);
    };
    const fields = { grant_type: "refresh_token", refresh_token: "r" };
    expect(await sent({})).toEqual({ ...fields, client_id: CLIENT.id, client_secret: CLIENT.secret });
    expect(await sent({ clientSecret: "eu-secret" })).toEqual({ ...fields, client_id: CLIENT.id, client_secret: "eu-secret" });
    expect(await sent({ clientId: "other" })).toEqual({ ...fields, client_id: "other" });
  });

  it("of a public client carries no secret", async () => {
    const send = recorder();
    const { clientSecret: _secret, ...publicClient } = OPTIONS;
    await createZohoAccounts({ ...publicClient, fetch: send }).refreshToken({ refreshToken: "r" });
    const body = send.mock.lastCall![1]!.body as URLSearchParams;
    expect(Object.fromEntries(body)).toEqual({ grant_type: "refresh_token", refresh_token: "r", client_id: CLIENT.id });
  });

  it("needs a refresh token, a revocation any token, and an exchange a code", async () => {
    const accounts = createZohoAccounts({ ...OPTIONS, fetch: recorder() });
    await expect(accounts.refreshToken({ accessToken: "a" })).rejects.toMatchObject({ code: "ERR_REAUTHENTICATION_REQUIRED" });
    await expect(accounts.refreshToken({ refreshToken: "" })).rejects.toMatchObject({ code: "ERR_REAUTHENTICATION_REQUIRED" });
    await expect(accounts.revokeToken({ refreshToken: "" })).rejects.toMatchObject({ code: "ERR_TOKEN_INVALID" });
    await expect(accounts.revokeToken({})).rejects.toMatchObject({ code: "ERR_TOKEN_INVALID" });
    for (const code of ["", undefined, 1]) {
      await expect(accounts.exchangeGrantToken(code as string)).rejects.toMatchObject({ code: "ERR_TOKEN_INVALID" });
    }
  });

  it.each<[string, Response, unknown]>([
    ["one that Zoho knew", Response.json({ status: "success" }), true],
    ["one that Zoho knew no more", Response.json({ error: "invalid_token" }, { status: 400 }), false],
    ["too many", new Response("", { status: 429 }), "ERR_REFRESH_RATE_LIMITED"],
    ["a server that fails", Response.json({ error: "general_error" }, { status: 500 }), "ERR_REFRESH_FAILED"],
  ])("'s tokens are revoked: %s", async (_name, response, expected) => {
    const revoked = createZohoAccounts({ ...OPTIONS, fetch: async () => response }).revokeToken({ refreshToken: "r" });
    if (typeof expected === "boolean") expect(await revoked).toBe(expected);
    else await expect(revoked).rejects.toMatchObject({ code: expected });
  });
});

it.each<[string, object | null]>([
  ["nothing", null],
  ["no client", { redirectUrl: "https://a.example" }],
  ["no redirect URL", { clientId: "c" }],
  ["an empty secret", { ...OPTIONS, clientSecret: "" }],
  ["an unknown data centre", { ...OPTIONS, dataCenter: "mars" }],
  ["two servers", { ...OPTIONS, dataCenter: "eu", accountsServer: "https://accounts.zoho.com" }],
  ["plain http", { ...OPTIONS, accountsServer: "http://accounts.zoho.com" }],
  ["an unknown option", { ...OPTIONS, region: "eu" }],
  ["a fetch that is none", { ...OPTIONS, fetch: "fetch" }],
])("refuses options with %s", (_name, options) => {
  expect(() => createZohoAccounts(options as never)).toThrow(OptionInvalidError);
});

it.each<[string, object | null]>([
  ["nothing", null],
  ["no state", { scope: "s" }],
  ["an empty state", { scope: "s", state: "" }],
  ["no scope", { state: "s" }],
  ["an unknown access type", { scope: "s", state: "s", accessType: "never" }],
  ["an unknown prompt", { scope: "s", state: "s", prompt: "login" }],
])("refuses a log-in with %s", (_name, request) => {
  expect(() => createZohoAccounts(OPTIONS).authorizationUrl(request as never)).toThrow(OptionInvalidError);
});
