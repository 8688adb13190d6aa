import { createHash } from "node:crypto";
import { mkdtempDisposable, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { PORTAL_CLIENT, WORKER_CLIENT } from "../../demo/stand-in/client.ts";
import { startStandIn } from "../../demo/stand-in/server.ts";
import type { StandIn } from "../../demo/stand-in/server.ts";
import { readState, writeState } from "../../demo/stand-in/state-file.ts";

const PAGE = "http://127.0.0.1:4321";
const AMARA = "5725767000000411001";
const JONAS = "5725767000000411002";
const VERIFIER = "verifier";
const PKCE = { code_challenge: createHash("sha256").update(VERIFIER).digest("base64url"), code_challenge_method: "S256" };

describe("the stand-in for Zoho's servers", () => {
  let standIn: StandIn;

  beforeAll(async () => {
    standIn = await startStandIn(() => [PAGE]);
  });

  afterAll(() => standIn.stop());

  const authorize = (query: Record<string, string> = {}, student?: string): Promise<Response> => {
    const url = new URL("/oauth/v2/auth", standIn.origin);
    const asked = {
      response_type: "token",
      client_id: PORTAL_CLIENT.id,
      scope: "ZohoCRM.users.READ",
      redirect_uri: `${PAGE}/`,
      state: "s",
    };
    url.search = new URLSearchParams({ ...asked, ...query }).toString();
    if (student === undefined) return fetch(url, { redirect: "manual" });
    return fetch(url, { redirect: "manual", method: "POST", body: new URLSearchParams({ student }) });
  };
  const fragmentOf = (response: Response): Record<string, string> =>
    Object.fromEntries(new URLSearchParams(new URL(response.headers.get("location")!).hash.slice(1)));
  const askApi = (accessToken: string, origin = PAGE): Promise<Response> =>
    fetch(`${standIn.origin}/crm/v8/users?type=CurrentUser`, {
      headers: { Authorization: `Zoho-oauthtoken ${accessToken}`, Origin: origin },
    });

  test("grants a token in the fragment, as Zoho does", async () => {
    const response = await authorize({}, AMARA);
    expect(response.status).toBe(302);
    expect(response.headers.get("location")).toMatch(new RegExp(`^${PAGE}/#`));
    expect(fragmentOf(response)).toEqual({
      access_token: expect.stringMatching(/^1000\.[0-9a-f]{32}\.[0-9a-f]{32}$/),
      token_type: "Bearer",
      expires_in: "3600",
      api_domain: standIn.origin,
      location: "us",
      state: "s",
    });
  });

  test("tells the portal that the student cancelled", async () => {
    expect(fragmentOf(await authorize({}, ""))).toEqual({ error: "access_denied", state: "s" });
  });

  test.for([
    { redirect_uri: "https://elsewhere.example/" },
    { redirect_uri: `${PAGE}/other` },
    { redirect_uri: `${PAGE}.elsewhere.example/` },
    { client_id: "unknown" },
  ])("sends nobody to what is not registered: %o", async (query) => {
    const response = await authorize(query, AMARA);
    expect(response.status).toBe(400);
    expect(response.headers.has("location")).toBe(false);
  });

  test("writes names into its page as text", async () => {
    const html = await (await authorize()).text();
    expect(html).toContain("O&#39;Brien &lt;b&gt;“Zoë”&lt;/b&gt;, 🎓");
    expect(html).not.toContain("<b>“Zoë”");
  });

  test("answers the API for its token until it is revoked, once", async () => {
    const accessToken = fragmentOf(await authorize({}, AMARA))["access_token"]!;
    expect(await (await askApi(accessToken)).json()).toMatchObject({ users: [{ full_name: "Amara Okafor" }] });
    const revoke = (): Promise<Response> => fetch(`${standIn.origin}/oauth/v2/token/revoke?token=${accessToken}`, { method: "POST" });
    expect(await (await revoke()).json()).toEqual({ status: "success" });
    expect((await revoke()).status).toBe(400);
    const refused = await askApi(accessToken);
    expect(refused.status).toBe(401);
    expect(await refused.json()).toEqual({ code: "INVALID_TOKEN", details: {}, message: "invalid oauth token", status: "error" });
  });

  test("lets no page but the portal read its answers", async () => {
    expect((await askApi("any")).headers.get("access-control-allow-origin")).toBe(PAGE);
    expect((await askApi("any", "http://elsewhere.example")).headers.has("access-control-allow-origin")).toBe(false);
  });

  /** A grant at the token endpoint, as the Worker gets it. */
  const grantTo = async (student: string): Promise<Record<string, unknown>> => {
    const redirect_uri = PAGE + WORKER_CLIENT.redirectPath;
    const response = await authorize({ response_type: "code", client_id: WORKER_CLIENT.id, redirect_uri, ...PKCE }, student);
    const code = new URL(response.headers.get("location")!).searchParams.get("code")!;
    return askToken({ grant_type: "authorization_code", code, redirect_uri, code_verifier: VERIFIER });
  };
  const askToken = async (fields: Record<string, string>): Promise<Record<string, unknown>> => {
    const body = new URLSearchParams({ client_id: WORKER_CLIENT.id, client_secret: WORKER_CLIENT.secret, ...fields });
    return (await (await fetch(`${standIn.origin}/oauth/v2/token`, { method: "POST", body })).json()) as Record<string, unknown>;
  };
  const refresh = (refreshToken: unknown): Promise<Record<string, unknown>> =>
    askToken({ grant_type: "refresh_token", refresh_token: String(refreshToken) });

  test("exchanges a code once, for its own client only", async () => {
    const redirect_uri = PAGE + WORKER_CLIENT.redirectPath;
    const response = await authorize({ response_type: "code", client_id: WORKER_CLIENT.id, redirect_uri, ...PKCE }, AMARA);
    const code = new URL(response.headers.get("location")!).searchParams.get("code")!;
    const exchange = { grant_type: "authorization_code", code, redirect_uri, code_verifier: VERIFIER };
    expect(await askToken(exchange)).toMatchObject({ expires_in: 3600, api_domain: standIn.origin });
    expect(await askToken(exchange)).toEqual({ error: "invalid_code" });
    expect(await askToken({ ...exchange, client_secret: "wrong" })).toEqual({ error: "invalid_client_secret" });
  });

  test("gives ten access tokens for a refresh token, as Zoho does", async () => {
    const { refresh_token: refreshToken } = await grantTo(AMARA);
    const answers: Record<string, unknown>[] = [];
    for (let count = 0; count < 11; count++) answers.push(await refresh(refreshToken));
    expect(answers.filter(({ access_token: token }) => token !== undefined)).toHaveLength(10);
    expect(answers[10]).toMatchObject({
      error: "Access Denied",
      error_description: expect.stringContaining("too many requests continuously"),
    });
  });

  test("keeps twenty refresh tokens of a student, as Zoho does", async () => {
    const grants: unknown[] = [];
    for (let count = 0; count < 21; count++) grants.push((await grantTo(JONAS))["refresh_token"]);
    expect(await refresh(grants[0])).toEqual({ error: "invalid_code" });
    expect(await refresh(grants[1])).toMatchObject({ expires_in: 3600 });
  });

  test("remembers its tokens in a file, and which of them were revoked", async () => {
    await using directory = await mkdtempDisposable(join(tmpdir(), "stand-in-"));
    const file = join(directory.path, "state", "stand-in.json");
    const shared = standIn;
    const start = async (): Promise<StandIn> => {
      const state = readState(file);
      return (standIn = await startStandIn(() => [PAGE], { state, save: () => writeState(file, state) }));
    };
    const first = await start();
    const [kept, revoked] = [await grantTo(AMARA), await grantTo(JONAS)];
    await fetch(`${first.origin}/oauth/v2/token/revoke?token=${String(revoked["refresh_token"])}`, { method: "POST" });

    const second = await start();
    expect((await askApi(String(kept["access_token"]))).status).toBe(200);
    expect(await refresh(kept["refresh_token"])).toMatchObject({ expires_in: 3600 });
    expect((await askApi(String(revoked["access_token"]))).status).toBe(401);
    expect(await refresh(revoked["refresh_token"])).toEqual({ error: "invalid_code" });
    standIn = shared;
    await Promise.all([first.stop(), second.stop()]);

    await writeFile(file, "not JSON");
    expect(readState(file).toJSON()).toEqual({ accessTokens: [], refreshTokens: [] });
  });
});
