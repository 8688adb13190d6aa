import { LIFETIME_SECONDS } from "./access-tokens.ts";
import { PORTAL_CLIENT, WORKER_CLIENT } from "./client.ts";
import { logInPage } from "./log-in-page.ts";
import type { StandInState } from "./state.ts";
import { answerToken } from "./token-endpoint.ts";

export interface AccountsOptions {
  state: StandInState;
  /** The origins that the portal is served from; known only once its server listens. */
  pageOrigins: () => readonly string[];
  apiDomain: string;
}

/**
 * The accounts server: the authorization code flow with PKCE (RFC 6749 section 4.1, RFC 7636), the implicit
 * flow (section 4.2), refresh and revocation.
 */
export async function answerAccounts(request: Request, options: AccountsOptions): Promise<Response | undefined> {
  const { pathname, searchParams } = new URL(request.url);
  if (pathname === "/oauth/v2/auth") return authorize(request, searchParams, options);
  if (request.method !== "POST") return undefined;
  if (pathname === "/oauth/v2/token") return answerToken(new URLSearchParams(await request.text()), options);
  if (pathname === "/oauth/v2/token/revoke") {
    const token = searchParams.get("token") ?? new URLSearchParams(await request.text()).get("token") ?? "";
    return revoke(token, options.state);
  }
  return undefined;
}

async function authorize(request: Request, query: URLSearchParams, options: AccountsOptions): Promise<Response> {
  const { state, pageOrigins, apiDomain } = options;
  // Until client and redirect URI are known good nothing is sent back to it: RFC 6749 section 4.2.2.1.
  const client = [PORTAL_CLIENT, WORKER_CLIENT].find(({ id }) => id === query.get("client_id"));
  if (!client) return refuse("This client is not registered.");
  const redirectUri = query.get("redirect_uri") ?? "";
  const registered = pageOrigins().map((origin) => origin + client.redirectPath);
  if (!registered.includes(redirectUri)) return refuse("This redirect_uri is not registered.");

  const isCodeFlow = client.secret !== undefined;
  const sendBack = (answer: Record<string, string>): Response => {
    const parameters = new URLSearchParams({ ...answer, state: query.get("state") ?? "" });
    return new Response(null, { status: 302, headers: { Location: `${redirectUri}${isCodeFlow ? "?" : "#"}${parameters}` } });
  };
  if (query.get("response_type") !== (isCodeFlow ? "code" : "token")) return sendBack({ error: "unsupported_response_type" });
  if (!query.get("scope")) return sendBack({ error: "invalid_scope" });
  const challenge = query.get("code_challenge");
  if (challenge !== null && query.get("code_challenge_method") !== "S256") return sendBack({ error: "invalid_request" });
  if (request.method !== "POST") return logInPage(client.name, [...state.students.values()], pageOrigins());

  const chosen = new URLSearchParams(await request.text()).get("student");
  if (chosen === null || !state.students.has(chosen)) return sendBack({ error: "access_denied" });
  if (isCodeFlow) {
    const code = state.codes.issue({ studentId: chosen, clientId: client.id, redirectUri, challenge });
    return sendBack({ code, location: "us", "accounts-server": apiDomain });
  }
  return sendBack({
    access_token: state.accessTokens.issue(chosen),
    token_type: "Bearer",
    expires_in: String(LIFETIME_SECONDS),
    api_domain: apiDomain,
    location: "us",
  });
}

/** A refresh token takes its access tokens with it. */
function revoke(token: string, { accessTokens, refreshTokens }: StandInState): Response {
  const revoked = refreshTokens.revoke(token) || accessTokens.revoke(token);
  accessTokens.revokeAllOf(token);
  return revoked ? Response.json({ status: "success" }) : Response.json({ error: "invalid_token" }, { status: 400 });
}

function refuse(why: string): Response {
  return new Response(why, { status: 400, headers: { "Content-Type": "text/plain; charset=utf-8" } });
}
