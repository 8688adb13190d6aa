import type { Context } from "hono";
import { deleteCookie, getCookie, setCookie } from "hono/cookie";
import type { Portal } from "./bindings.ts";
import { randomText } from "./random.ts";
import { parseReturnTo } from "./return-to.ts";

/** One for each of the log-ins that tabs begin at once, and never more than there are characters. */
const cookieOf = (state: string): string => `login-${state[0]}`;
const ATTRIBUTES = { prefix: "host", path: "/", secure: true, httpOnly: true, sameSite: "Lax" } as const;
const LIFETIME_SECONDS = 10 * 60;

/** A log-in that has begun in this browser. */
export interface LoginAttempt {
  /** Comes back with the answer, and proves that it was asked for here (RFC 6749 section 10.12). */
  state: string;
  /** The secret of PKCE: a code that was stolen on its way is worth nothing without it (RFC 7636). */
  codeVerifier: string;
  /** A path of this site. */
  returnTo: string;
}

/** Kept in a cookie, which only this browser has: no storage can be filled by strangers who begin log-ins. */
export function beginAttempt(context: Context<Portal>, returnTo: string): LoginAttempt {
  const attempt = { state: randomText(), codeVerifier: randomText(), returnTo };
  setCookie(context, cookieOf(attempt.state), JSON.stringify(attempt), { ...ATTRIBUTES, maxAge: LIFETIME_SECONDS });
  return attempt;
}

/** Takes the attempt that this state belongs to. It serves once, whatever comes of it. */
export function takeAttempt(context: Context<Portal>, state: string | undefined): LoginAttempt | undefined {
  if (!isRandomText(state)) return undefined;
  const attempt = parse(getCookie(context, cookieOf(state), "host"));
  deleteCookie(context, cookieOf(state), ATTRIBUTES);
  return attempt?.state === state ? attempt : undefined;
}

function parse(cookie: string | undefined): LoginAttempt | undefined {
  try {
    const { state, codeVerifier, returnTo } = JSON.parse(cookie ?? "") as Partial<LoginAttempt>;
    if (!isRandomText(state) || !isRandomText(codeVerifier)) return undefined;
    return { state, codeVerifier, returnTo: parseReturnTo(returnTo) };
  } catch {
    return undefined;
  }
}

function isRandomText(value: unknown): value is string {
  return typeof value === "string" && /^[A-Za-z0-9_-]{43}$/.test(value);
}
