import type { Context } from "hono";
import type { Portal } from "./bindings.ts";

/** What can go wrong, in words of our own: nothing of a request, an error or a provider's answer is ever repeated. */
const PROBLEMS = {
  LOGIN_FORGED: "This log-in was not begun in this browser, or has been used already. Nothing was saved.",
  LOGIN_CANCELLED: "The log-in was cancelled.",
  LOGIN_FAILED: "The accounts server did not accept the log-in. Nothing was saved.",
  NOT_LOGGED_IN: "Log in first.",
  LOGIN_REVOKED: "The accounts server accepts your log-in no more: it was withdrawn there, or newer log-ins took its place.",
  LOGIN_LOST: "The tokens of your log-in are stored no more.",
  OTHER_SITE: "Requests from other sites are refused.",
  HEADER_MISSING: "Requests that change something need the header x-portal: 1.",
  TOO_LARGE: "The request is too large.",
  TOO_SLOW: "The request took too long to arrive.",
  NOT_FOUND: "There is nothing here.",
  API_FAILED: "The academy's server answered with an error.",
  UNREACHABLE: "The academy's server can't be reached. Try again in a moment.",
  RATE_LIMITED: "The accounts server wants fewer requests. Try again later.",
  STORE_FAILED: "The stored tokens are damaged, or sealed with another secret. Logging out everywhere clears them away.",
  FAILED: "Something went wrong.",
} as const;

export type ProblemCode = keyof typeof PROBLEMS;

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
  if (code === "ERR_REFRESH_RATE_LIMITED" || code === "ERR_STORE_RATE_LIMITED") return problem(context, 429, "RATE_LIMITED");
  if (code === "ERR_REFRESH_FAILED" || code === "ERR_LOCK_TIMEOUT") return problem(context, 503, "UNREACHABLE");
  if (code === "ERR_RECORD_CORRUPT" || code === "ERR_SECRET_MISMATCH") return problem(context, 500, "STORE_FAILED");
  return problem(context, 500, "FAILED");
}
