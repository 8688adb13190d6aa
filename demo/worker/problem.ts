import type { Context } from "hono";
import type { Portal } from "./bindings.ts";

/** What can go wrong, in words of our own: nothing of a request, an error or a provider's answer is ever repeated. */
const PROBLEMS = {
  NOT_LOGGED_IN: "Log in first.",
  LOGIN_REVOKED: "The accounts server no longer accepts your log-in: it was withdrawn there, or newer log-ins took its place.",
  LOGIN_LOST: "The tokens of your log-in are no longer stored.",
  OTHER_SITE: "Requests from other sites are refused.",
  HEADER_MISSING: "Requests that change something need the header x-portal: 1.",
  TOO_LARGE: "The request is too large.",
  TOO_SLOW: "The request took too long to arrive.",
  NOT_FOUND: "There is nothing here.",
  API_FAILED: "The academy's server answered with an error.",
  UNREACHABLE: "The academy's server can't be reached. Try again in a moment.",
  RATE_LIMITED: "Zoho's limit is ten access tokens for one refresh token in ten minutes. Logging in again gives you a new one.",
  STORE_BUSY: "The storage wants fewer requests. Try again in a moment.",
  STORE_FAILED: "The stored tokens are damaged. Logging out everywhere removes them.",
  SECRET_WRONG:
    "The stored tokens are sealed with another secret. Whoever runs this portal can set that one as TOKEN_SECRET_PREVIOUS; then all log-ins go on.",
  FAILED: "Something went wrong.",
} as const;

type ProblemCode = keyof typeof PROBLEMS;

/** Why a log-in came to nothing. The page has the words, since it is sent there. */
export type LoginProblem = "LOGIN_FORGED" | "LOGIN_CANCELLED" | "LOGIN_FAILED" | "STORE_FAILED" | "SECRET_WRONG" | "UNREACHABLE";

export function problem(
  context: Context<Portal>,
  status: 400 | 401 | 403 | 404 | 408 | 413 | 429 | 500 | 502 | 503,
  code: ProblemCode,
): Response {
  return context.json({ code, message: PROBLEMS[code] }, status);
}

/** For the log: the name or code of an error, never its message or cause, which may be anybody's text. */
export function errorCode(error: unknown): string {
  const { code, name } = (error ?? {}) as { code?: unknown; name?: unknown };
  const text = String(code ?? name);
  return /^[A-Za-z_]{1,60}$/.test(text) ? text : "unknown";
}

/** The answer to an error that a route did not expect, by the stable code of the library's errors. */
export function unexpected(context: Context<Portal>, error: unknown): Response {
  const code = errorCode(error);
  console.error(`request failed: ${code}`);
  if (code === "ERR_REAUTHENTICATION_REQUIRED") return problem(context, 401, "LOGIN_REVOKED");
  if (code === "ERR_REFRESH_RATE_LIMITED") return problem(context, 429, "RATE_LIMITED");
  if (code === "ERR_STORE_RATE_LIMITED") return problem(context, 429, "STORE_BUSY");
  if (code === "ERR_REFRESH_FAILED" || code === "ERR_LOCK_TIMEOUT") return problem(context, 503, "UNREACHABLE");
  if (code === "ERR_RECORD_CORRUPT") return problem(context, 500, "STORE_FAILED");
  if (code === "ERR_SECRET_MISMATCH") return problem(context, 500, "SECRET_WRONG");
  return problem(context, 500, "FAILED");
}
