import { LIFETIME_SECONDS } from "./access-tokens.ts";
import type { AccessTokens } from "./access-tokens.ts";
import { PORTAL_CLIENT } from "./client.ts";
import { logInPage } from "./log-in-page.ts";
import { STUDENTS } from "./students.ts";

export interface AccountsOptions {
  tokens: AccessTokens;
  /** The origins that the portal is served from; known only once its server listens. */
  pageOrigins: () => readonly string[];
  apiDomain: string;
}

/** The accounts server: the implicit flow (RFC 6749 section 4.2), and revocation. */
export async function answerAccounts(request: Request, options: AccountsOptions): Promise<Response | undefined> {
  const { pathname, searchParams } = new URL(request.url);
  if (pathname === "/oauth/v2/auth") return authorize(request, searchParams, options);
  if (pathname === "/oauth/v2/token/revoke" && request.method === "POST") {
    const revoked = options.tokens.revoke(searchParams.get("token") ?? "");
    return revoked ? Response.json({ status: "success" }) : Response.json({ error: "invalid_token" }, { status: 400 });
  }
  return undefined;
}

async function authorize(request: Request, query: URLSearchParams, options: AccountsOptions): Promise<Response> {
  // Until client and redirect URI are known good nothing is sent back to it: RFC 6749 section 4.2.2.1.
  if (query.get("client_id") !== PORTAL_CLIENT.id) return refuse("This client is not registered.");
  const redirectUri = query.get("redirect_uri") ?? "";
  const registered = options.pageOrigins().map((origin) => origin + PORTAL_CLIENT.redirectPath);
  if (!registered.includes(redirectUri)) return refuse("This redirect_uri is not registered.");

  const sendBack = (answer: Record<string, string>): Response => {
    const fragment = new URLSearchParams({ ...answer, state: query.get("state") ?? "" });
    return new Response(null, { status: 302, headers: { Location: `${redirectUri}#${fragment}` } });
  };
  if (query.get("response_type") !== "token") return sendBack({ error: "unsupported_response_type" });
  if (!query.get("scope")) return sendBack({ error: "invalid_scope" });
  if (request.method !== "POST") return logInPage(PORTAL_CLIENT.name, STUDENTS, options.pageOrigins());

  const chosen = new URLSearchParams(await request.text()).get("student");
  const student = STUDENTS.find(({ id }) => id === chosen);
  if (!student) return sendBack({ error: "access_denied" });
  return sendBack({
    access_token: options.tokens.issue(student),
    token_type: "Bearer",
    expires_in: String(LIFETIME_SECONDS),
    api_domain: options.apiDomain,
    location: "us",
  });
}

function refuse(why: string): Response {
  return new Response(why, { status: 400, headers: { "Content-Type": "text/plain; charset=utf-8" } });
}
