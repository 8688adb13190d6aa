import { ReauthenticationRequiredError, RefreshFailedError, RefreshRateLimitedError } from "../errors.ts";

/** What a token endpoint grants, in the fields of a token (RFC 6749 section 5.1). */
export interface TokenGrant {
  /** `access_token` */
  accessToken: string;
  /** Absent where the provider keeps the one it was asked with (RFC 6749 section 6). */
  refreshToken?: string;
  /** Epoch milliseconds; absent where the provider did not say. */
  expiresAt?: number;
  /** `scope`; absent where it is what was asked for. */
  scope?: string;
  /** `token_type`, such as `Bearer`. */
  tokenType?: string;
  /** Zoho's `api_domain`: the origin that its API is called at. */
  apiDomain?: string;
}

/** The refresh token or code is spent, revoked or unknown: RFC 6749 section 5.2, and the words of Zoho and GitHub for the same. */
const REAUTHENTICATE: readonly unknown[] = ["invalid_grant", "invalid_code", "bad_refresh_token", "bad_verification_code"];

/** Zoho answers so, with status 200 or 400, where it has had more than 10 refreshes in 10 minutes. */
const TOO_MANY_REQUESTS = /too many requests/i;

/**
 * Reads the answer of a token endpoint. It is judged by its body first: Zoho sends errors with status 200.
 *
 * No error carries the provider's own text, which can repeat what it was asked with; only an `error` code
 * in the form of RFC 6749 section 5.2 is passed on.
 *
 * @param askedAt in epoch milliseconds: from then on the token's life is counted, whenever the answer came
 * @throws {ReauthenticationRequiredError} on `invalid_grant`, Zoho's `invalid_code`, GitHub's `bad_refresh_token` and `bad_verification_code`
 * @throws {RefreshRateLimitedError} on status 429 and Zoho's "too many requests continuously"
 * @throws {RefreshFailedError} on anything else that is no token
 */
export async function readTokenResponse(response: Response, askedAt: number): Promise<TokenGrant> {
  const body = parseObject(await response.text().catch(() => ""));
  const grant = response.ok && !body?.["error"] ? parseGrant(body ?? {}, askedAt) : undefined;
  if (grant) return grant;
  throw tokenError(response, body, askedAt);
}

function parseGrant(body: Record<string, unknown>, askedAt: number): TokenGrant | undefined {
  const text = (name: string): string | undefined => {
    const value = body[name];
    return typeof value === "string" && value !== "" ? value : undefined;
  };
  const accessToken = text("access_token");
  if (accessToken === undefined) return undefined;
  const lifetime = lifetimeMs(body);
  const fields = {
    refreshToken: text("refresh_token"),
    expiresAt: lifetime === undefined ? undefined : askedAt + lifetime,
    scope: text("scope"),
    tokenType: text("token_type"),
    apiDomain: text("api_domain"),
  };
  return { accessToken, ...Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) };
}

/** `expires_in` is in seconds, and some send it as a string. Beside Zoho's old `expires_in_sec` it is in milliseconds. */
function lifetimeMs({ expires_in, expires_in_sec }: Record<string, unknown>): number | undefined {
  const seconds = expires_in_sec ?? expires_in;
  const number = typeof seconds === "string" && seconds.trim() !== "" ? Number(seconds) : seconds;
  const ms = typeof number === "number" ? number * 1000 : -1;
  return Number.isFinite(ms) && ms >= 0 ? ms : undefined;
}

function tokenError(response: Response, body: Record<string, unknown> | undefined, askedAt: number): Error {
  const { error, error_description } = body ?? {};
  if (REAUTHENTICATE.includes(error)) {
    return new ReauthenticationRequiredError(
      "The provider takes this refresh token or authorization code no more: let the user log in again.",
    );
  }
  const wished = retryAfterMs(response.headers.get("retry-after"), askedAt);
  if (response.status === 429 || TOO_MANY_REQUESTS.test(String(error_description))) {
    return new RefreshRateLimitedError("The provider has had too many token requests and answers none for a while. Try again later.", {
      retryAfterMs: wished,
    });
  }
  const code = namedError(error);
  const what = body ? "no access token" : "something that is no JSON object";
  return new RefreshFailedError(
    `The token endpoint answered with status ${response.status}${code ? ` and ${code}` : ""}, and with ${what}. Nothing was deleted; try again later.`,
    { retryAfterMs: wished },
  );
}

/** "the error …", for a message; only of a code in the form of those that are registered, since anything else may repeat a secret. */
export function namedError(error: unknown): string | undefined {
  return typeof error === "string" && /^[a-z_]{1,40}$/.test(error) ? `the error ${error}` : undefined;
}

/** Seconds or an HTTP date (RFC 9110 section 10.2.3). */
function retryAfterMs(header: string | null, askedAt: number): number | undefined {
  if (header === null) return undefined;
  const wait = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - askedAt;
  return Number.isFinite(wait) ? Math.max(0, wait) : undefined;
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
