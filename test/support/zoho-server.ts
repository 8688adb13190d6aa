import type { IncomingMessage } from "node:http";
import { buffer } from "node:stream/consumers";
import { LocalServer } from "./local-server.ts";
import type { LocalAnswer } from "./local-server.ts";

/** What an accounts or API server was asked. */
export interface ZohoRequest {
  readonly path: string;
  /** The fields of the form, and those of the query. */
  readonly fields: Readonly<Record<string, string>>;
  readonly authorization: string | undefined;
}

export const INVALID_CODE: LocalAnswer = { body: { error: "invalid_code" } };
export const RATE_LIMIT: LocalAnswer = {
  body: {
    error: "Access Denied",
    error_description: "You have made too many requests continuously. Please try again after some time.",
    status: "failure",
  },
};
export const HTML: LocalAnswer = { headers: { "content-type": "text/html" }, body: "<!doctype html><title>Sign in</title>" };

export const CLIENT = { id: "1000.CLIENT", secret: "client-secret" };
export const USER = { email: "ann@example.com", organization: "700" };

/**
 * A local stand-in for Zoho's accounts and API servers: it issues what it is asked for, keeps a record of all
 * requests, and answers errors with status 200 as the real one does.
 */
export class ZohoServer {
  readonly requests: ZohoRequest[] = [];
  /** Answers in place of the next ones of the token endpoint. */
  readonly nextAnswers: LocalAnswer[] = [];
  /** Fields that the token endpoint adds to its answers. */
  extraFields: Record<string, unknown> = {};
  readonly #grants = new Set<string>();
  readonly #refreshTokens = new Set<string>();
  readonly #accessTokens = new Set<string>();
  #server!: LocalServer;
  #count = 0;

  private constructor() {}

  static async start(): Promise<ZohoServer> {
    const server = new ZohoServer();
    server.#server = await LocalServer.start((request) => server.#answer(request));
    return server;
  }

  get url(): string {
    return this.#server.url;
  }

  stop(): Promise<void> {
    return this.#server.stop();
  }

  issueGrant(): string {
    return this.#remember(this.#grants, "1000.grant");
  }

  issueRefreshToken(): string {
    return this.#remember(this.#refreshTokens, "1000.refresh");
  }

  issueAccessToken(): string {
    return this.#remember(this.#accessTokens, "1000.access");
  }

  /** What the token endpoint was asked: the grant types, in their order. */
  get grants(): (string | undefined)[] {
    return this.requests.filter(({ path }) => path === "/oauth/v2/token").map(({ fields }) => fields["grant_type"]);
  }

  #remember(tokens: Set<string>, kind: string): string {
    // As long as the real ones, whose last 32 characters the SDKs take for an id.
    const token = `${kind}.${String(++this.#count).padStart(40, "0")}`;
    tokens.add(token);
    return token;
  }

  async #answer(request: IncomingMessage): Promise<LocalAnswer> {
    const { pathname, searchParams } = new URL(request.url ?? "/", this.url);
    const fields = { ...Object.fromEntries(searchParams), ...(await readForm(request)) };
    const { authorization } = request.headers;
    this.requests.push({ path: pathname, fields, authorization });
    if (pathname === "/oauth/v2/token") return this.nextAnswers.shift() ?? this.#issue(fields);
    if (pathname === "/oauth/v2/token/revoke") {
      const revoked = this.#refreshTokens.delete(fields["token"] ?? "");
      return revoked ? json({ status: "success" }) : json({ error: "invalid_token" }, 400);
    }
    return this.#answerApi(pathname, authorization);
  }

  #issue(fields: Record<string, string>): LocalAnswer {
    const { client_id, client_secret, grant_type, code = "", refresh_token = "" } = fields;
    if (client_id !== CLIENT.id || client_secret !== CLIENT.secret) return json({ error: "invalid_client" });
    const grant = { access_token: "", api_domain: this.url, token_type: "Bearer", expires_in: 3600, ...this.extraFields };
    if (grant_type === "refresh_token") {
      if (!this.#refreshTokens.has(refresh_token)) return INVALID_CODE;
      return json({ ...grant, access_token: this.issueAccessToken() });
    }
    if (grant_type !== "authorization_code") return json({ error: "unsupported_grant_type" });
    if (!this.#grants.delete(code)) return INVALID_CODE;
    return json({ ...grant, access_token: this.issueAccessToken(), refresh_token: this.issueRefreshToken() });
  }

  #answerApi(path: string, authorization: string | undefined): LocalAnswer {
    const accessToken = /^Zoho-oauthtoken (.+)$/.exec(authorization ?? "")?.[1] ?? "";
    if (!this.#accessTokens.has(accessToken)) {
      return json({ code: "INVALID_TOKEN", details: {}, message: "invalid oauth token", status: "error" }, 401);
    }
    if (path.endsWith("/users")) return json({ users: [{ id: "1", email: USER.email, last_name: "Ann" }] });
    return json({ org: [{ id: "2", zgid: USER.organization, company_name: "Example" }] });
  }
}

async function readForm(request: IncomingMessage): Promise<Record<string, string>> {
  const body = await buffer(request);
  if (body.length === 0) return {};
  const form = await new Response(body, { headers: { "content-type": request.headers["content-type"] ?? "" } }).formData();
  return Object.fromEntries(Array.from(form, ([name, value]) => [name, value as string]));
}

function json(body: object, status = 200): LocalAnswer {
  return { status, body };
}
