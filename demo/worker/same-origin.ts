import type { MiddlewareHandler } from "hono";
import type { Portal } from "./bindings.ts";
import { problem } from "./problem.ts";

const SAFE = ["GET", "HEAD", "OPTIONS"];

/** Forms can't set a header, and pages of other origins may not without being asked for first: that is the whole of its use. */
const HEADER = "x-portal";

/**
 * The guard against requests forged by other sites, beside the cookie's SameSite. Unsafe methods need the origin of this
 * site and the header; what only the page fetches is not given to other sites' pages either.
 */
export const sameOriginOnly: MiddlewareHandler<Portal> = async (context, next) => {
  const { method, url } = context.req;
  const site = context.req.header("sec-fetch-site");
  if (site !== undefined && site !== "same-origin" && site !== "none") return problem(context, 403, "OTHER_SITE");
  if (!SAFE.includes(method)) {
    if (context.req.header("origin") !== new URL(url).origin) return problem(context, 403, "OTHER_SITE");
    if (context.req.header(HEADER) !== "1") return problem(context, 403, "HEADER_MISSING");
  }
  return next();
};
