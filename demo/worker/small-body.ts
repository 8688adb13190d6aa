import type { MiddlewareHandler } from "hono";
import { bodyLimit } from "hono/body-limit";
import type { Portal } from "./bindings.ts";
import { problem } from "./problem.ts";

/** No request of the portal has a body to speak of. */
const MAX_BODY_BYTES = 4096;
/** How long one may take to arrive. */
const BODY_TIMEOUT_MS = 5000;

/** What comes without a declared length is counted as it comes, and no more of it is kept than this. */
const limitSize = bodyLimit({ maxSize: MAX_BODY_BYTES, onError: (context) => problem(context, 413, "TOO_LARGE") });

/** Lets no route begin before the body is in, and none that is large, or that somebody sends without an end. */
export const smallBodyOnly: MiddlewareHandler<Portal> = async (context, next) => {
  if (!context.req.raw.body) return next();
  let isLate = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const lateness = new Promise<Response>((resolve) => {
    timer = setTimeout(() => {
      isLate = true;
      resolve(problem(context, 408, "TOO_SLOW"));
    }, BODY_TIMEOUT_MS);
  });
  const arrived = async (): Promise<void> => {
    if (isLate) return;
    clearTimeout(timer);
    await next();
  };
  try {
    return await Promise.race([limitSize(context, arrived), lateness]);
  } finally {
    clearTimeout(timer);
  }
};
