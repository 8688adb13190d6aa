import { abortable } from "../abortable.ts";

/** What the endpoint answers: a body is sent as JSON with status 200, an error is thrown as `fetch` throws it. */
export type TokenEndpointAnswer = Response | Error | object;

/** What the endpoint grants. */
export interface TokenEndpointOptions {
  /** For how long an access token lasts, in seconds; default 3600. */
  expiresInSeconds?: number;
  /** Give a new refresh token with each grant, and take the one before it no more; default false. */
  rotate?: boolean;
}

/**
 * A stand-in for an OAuth 2.0 token endpoint (RFC 6749 section 3.2) that needs no server: hand `fetch` to a client in place
 * of the real one, or `refresh` to `createTokenRefresher`.
 */
export class TokenEndpoint {
  /** Requests so far. */
  requests = 0;
  /** Requests that wait for their answer. */
  inFlight = 0;
  /** The most that ever waited at once: 1 where refreshes take turns. */
  mostInFlight = 0;
  /** Answers to give instead, one for each request; a function is called when its turn comes, and may wait. */
  readonly queued: (TokenEndpointAnswer | (() => Promise<TokenEndpointAnswer>))[] = [];
  readonly #options: Required<TokenEndpointOptions>;
  readonly #codes = new Set<string>();
  readonly #refreshTokens = new Set<string>();
  #issued = 0;

  constructor(options: TokenEndpointOptions = {}) {
    this.#options = { expiresInSeconds: 3600, rotate: false, ...options };
  }

  /** An authorization code that is good for one exchange. */
  issueCode(): string {
    const code = `code-${++this.#issued}`;
    this.#codes.add(code);
    return code;
  }

  /** A refresh token that is good until it is revoked, or for one refresh with `rotate`. */
  issueRefreshToken(): string {
    const refreshToken = `refresh-${++this.#issued}`;
    this.#refreshTokens.add(refreshToken);
    return refreshToken;
  }

  /** From now on this refresh token is answered with `invalid_grant`. */
  revoke(refreshToken: string): void {
    this.#refreshTokens.delete(refreshToken);
  }

  /** A body with a new access token. */
  grant(): object {
    return { access_token: `fresh-${++this.#issued}`, token_type: "Bearer", expires_in: this.#options.expiresInSeconds };
  }

  /** Takes the grants `authorization_code` and `refresh_token`, of codes and refresh tokens that were issued here. */
  readonly fetch = (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
    const request = new Request(input, init);
    return abortable(
      this.#respond(async () => this.#exchange(new URLSearchParams(await request.text()))),
      request.signal,
    );
  };

  /** Takes whatever refresh token it is asked with: for a refresher that is not about the provider. */
  readonly refresh = (): Promise<Response> => this.#respond(async () => this.grant());

  async #respond(regular: () => Promise<TokenEndpointAnswer>): Promise<Response> {
    this.requests++;
    this.inFlight++;
    this.mostInFlight = Math.max(this.mostInFlight, this.inFlight);
    try {
      const queued = this.queued.shift();
      const answer = typeof queued === "function" ? await queued() : (queued ?? (await regular()));
      if (answer instanceof Error) throw answer;
      return answer instanceof Response ? answer : Response.json(answer);
    } finally {
      this.inFlight--;
    }
  }

  #exchange(form: URLSearchParams): TokenEndpointAnswer {
    const type = form.get("grant_type");
    if (type === "authorization_code") {
      if (!this.#codes.delete(form.get("code") ?? "")) return refusal("invalid_grant");
      return { ...this.grant(), refresh_token: this.issueRefreshToken() };
    }
    if (type !== "refresh_token") return refusal("unsupported_grant_type");
    const refreshToken = form.get("refresh_token") ?? "";
    if (!this.#refreshTokens.has(refreshToken)) return refusal("invalid_grant");
    if (!this.#options.rotate) return this.grant();
    this.revoke(refreshToken);
    return { ...this.grant(), refresh_token: this.issueRefreshToken() };
  }
}

/** RFC 6749 section 5.2. */
function refusal(error: string): Response {
  return Response.json({ error }, { status: 400 });
}
