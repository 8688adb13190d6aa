import { abortable } from "../abortable.ts";
import { safeCause } from "../cause.ts";
import { RefreshFailedError } from "../errors.ts";
import type { TokenStoreError } from "../errors.ts";
import { readTokenResponse } from "../oauth/token-response.ts";
import type { TokenGrant } from "../oauth/token-response.ts";
import type { StoredToken } from "../token.ts";

/**
 * Asks the token endpoint for a new access token (RFC 6749 section 6).
 *
 * @returns the endpoint's `Response` as it is, or what was read from it
 */
export type Refresh = (token: StoredToken, options: { signal: AbortSignal }) => Promise<Response | TokenGrant>;

const CODES: readonly unknown[] = ["ERR_REAUTHENTICATION_REQUIRED", "ERR_REFRESH_RATE_LIMITED", "ERR_REFRESH_FAILED"];

/**
 * Calls `refresh` and reads what it gives, within the time limit. The token's life is counted from the
 * moment of the question, for a machine may sleep before it reads the answer.
 *
 * @param late is given what comes after the time limit: the refresh token may be spent for it
 * @throws {TokenStoreError} of one of the three codes about refreshing, whatever happens
 */
export async function askProvider(
  refresh: Refresh,
  token: StoredToken,
  { timeoutMs, now, late }: { timeoutMs: number; now: () => number; late: (grant: TokenGrant) => void },
): Promise<TokenGrant> {
  const controller = new AbortController();
  const timer = setTimeout(() => {
    controller.abort(new RefreshFailedError(`The token endpoint gave no answer within ${timeoutMs} ms. Nothing was deleted.`));
  }, timeoutMs);
  const asked = readGrant(refresh, token, controller.signal, now());
  try {
    return await abortable(asked, controller.signal);
  } catch (error) {
    // Whatever comes of it, nobody waits for it any more.
    if (controller.signal.aborted) asked.then(late).catch(() => {});
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

async function readGrant(refresh: Refresh, token: StoredToken, signal: AbortSignal, askedAt: number): Promise<TokenGrant> {
  try {
    const answer = await refresh({ ...token }, { signal });
    return isResponse(answer) ? await readTokenResponse(answer, askedAt) : parseGrant(answer);
  } catch (error) {
    // By the code: a second copy of the library has classes of its own.
    if (CODES.includes((error as Partial<TokenStoreError> | undefined)?.code)) throw error;
    throw new RefreshFailedError("The refresh function failed, perhaps for want of a network. Nothing was deleted; try again later.", {
      cause: safeCause(error),
    });
  }
}

/** Told by what it can: a `fetch` that is not the platform's own, such as undici's, has a class of its own. */
function isResponse(answer: Response | TokenGrant): answer is Response {
  return typeof (answer as Partial<Response> | undefined)?.text === "function";
}

/** Takes what is sound and leaves the rest: the refresh token may be spent, so what came for it must not be refused. */
function parseGrant(answer: TokenGrant): TokenGrant {
  const given = (typeof answer === "object" ? answer : undefined) as Record<keyof TokenGrant, unknown> | null | undefined;
  const text = (field: keyof TokenGrant): string | undefined => {
    const value = given?.[field];
    return typeof value === "string" && value !== "" ? value : undefined;
  };
  const accessToken = text("accessToken");
  if (accessToken === undefined) {
    throw new RefreshFailedError(
      "The refresh function gave no access token: let it return the Response, or { accessToken, expiresAt, … }.",
    );
  }
  const grant: TokenGrant = { accessToken };
  for (const field of ["refreshToken", "scope", "tokenType", "apiDomain"] as const) {
    const value = text(field);
    if (value !== undefined) grant[field] = value;
  }
  const expiresAt = given?.expiresAt;
  if (typeof expiresAt === "number" && Number.isFinite(expiresAt) && expiresAt >= 0) grant.expiresAt = expiresAt;
  return grant;
}
