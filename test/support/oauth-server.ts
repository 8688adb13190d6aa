import { createHash } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { text } from "node:stream/consumers";
import { LocalServer } from "./local-server.ts";
import type { LocalAnswer } from "./local-server.ts";

export const OAUTH_CLIENT = { id: "client", secret: "a secret with % and :" };

/**
 * An authorization server as RFC 6749 has it, with PKCE (RFC 7636), rotating refresh tokens, revocation (RFC 7009),
 * metadata (RFC 8414) and `iss` in its answers (RFC 9207). Everyone who asks is logged in.
 */
export class OAuthServer {
  /** The next answer of the token endpoint, in place of the regular one. */
  nextAnswer: { status: number; body: object; headers?: Record<string, string> } | undefined;
  /** The issuer in metadata and answers, where it is to be another than the server's own. */
  claimedIssuer: string | undefined;
  /** A client that has no secret: RFC 6749 section 2.1. */
  publicClientId: string | undefined;
  #server!: LocalServer;
  readonly #codes = new Map<string, { challenge: string; redirectUri: string }>();
  readonly #refreshTokens = new Set<string>();
  #count = 0;

  private constructor() {}

  static async start(): Promise<OAuthServer> {
    const server = new OAuthServer();
    server.#server = await LocalServer.start((request) => server.#answer(request));
    return server;
  }

  get issuer(): string {
    return this.#server.url;
  }

  stop(): Promise<void> {
    return this.#server.stop();
  }

  knows(refreshToken: string): boolean {
    return this.#refreshTokens.has(refreshToken);
  }

  async #answer(request: IncomingMessage): Promise<LocalAnswer> {
    const { pathname, searchParams } = new URL(request.url ?? "/", this.issuer);
    if (pathname === "/.well-known/oauth-authorization-server") return { status: 200, body: this.#metadata() };
    if (pathname === "/authorize") return this.#authorize(searchParams);
    const form = new URLSearchParams(await text(request));
    const isPublic = this.publicClientId !== undefined && form.get("client_id") === this.publicClientId;
    if (!isPublic && !isClient(request.headers.authorization)) return { status: 401, body: { error: "invalid_client" } };
    if (pathname === "/revoke") {
      this.#refreshTokens.delete(form.get("token") ?? "");
      return { status: 200 };
    }
    const answer = this.nextAnswer ?? this.#grant(form);
    this.nextAnswer = undefined;
    return answer;
  }

  #metadata(): object {
    return {
      issuer: this.claimedIssuer ?? this.issuer,
      authorization_endpoint: `${this.issuer}/authorize`,
      token_endpoint: `${this.issuer}/token`,
      revocation_endpoint: `${this.issuer}/revoke`,
      authorization_response_iss_parameter_supported: true,
    };
  }

  #authorize(query: URLSearchParams): LocalAnswer {
    const redirectUri = query.get("redirect_uri") ?? "";
    const url = new URL(redirectUri);
    url.searchParams.set("state", query.get("state") ?? "");
    url.searchParams.set("iss", this.claimedIssuer ?? this.issuer);
    if (query.get("prompt") === "none") {
      url.searchParams.set("error", "access_denied");
    } else {
      const code = `code-${++this.#count}`;
      if (query.get("code_challenge_method") === "S256")
        this.#codes.set(code, { challenge: query.get("code_challenge") ?? "", redirectUri });
      url.searchParams.set("code", code);
    }
    return { status: 302, headers: { location: url.href } };
  }

  #grant(form: URLSearchParams): LocalAnswer {
    const invalid = { status: 400, body: { error: "invalid_grant" } };
    if (form.get("grant_type") === "authorization_code") {
      const code = form.get("code") ?? "";
      const granted = this.#codes.get(code);
      this.#codes.delete(code);
      const challenge = createHash("sha256")
        .update(form.get("code_verifier") ?? "")
        .digest("base64url");
      if (granted?.challenge !== challenge || granted.redirectUri !== form.get("redirect_uri")) return invalid;
    } else if (!this.#refreshTokens.delete(form.get("refresh_token") ?? "")) return invalid;
    const refreshToken = `refresh-${++this.#count}`;
    this.#refreshTokens.add(refreshToken);
    const body = {
      access_token: `access-${this.#count}`,
      refresh_token: refreshToken,
      token_type: "Bearer",
      expires_in: 3600,
      scope: "mail",
    };
    return { status: 200, body };
  }
}

/** Both are form-encoded before they are joined: RFC 6749 section 2.3.1. */
function isClient(authorization: string | undefined): boolean {
  const [id, secret] = Buffer.from(authorization?.replace("Basic ", "") ?? "", "base64")
    .toString()
    .split(":")
    .map((part) => decodeURIComponent(part.replaceAll("+", " ")));
  return id === OAUTH_CLIENT.id && secret === OAUTH_CLIENT.secret;
}
