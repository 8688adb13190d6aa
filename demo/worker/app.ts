import { Hono } from "hono";
import { secureHeaders } from "hono/secure-headers";
import { apiRoutes } from "./api-routes.ts";
import { authRoutes } from "./auth-routes.ts";
import type { Portal } from "./bindings.ts";
import { problem, unexpected } from "./problem.ts";
import { smallBodyOnly } from "./small-body.ts";

/** The portal's backend. What it does not know, the platform looks for among the page's files. */
export function createApp(): Hono<Portal> {
  const app = new Hono<Portal>();
  app.use(
    // The page's own headers are in public/_headers. These answers are data and redirects: nothing in them may run or be framed.
    secureHeaders({
      contentSecurityPolicy: { defaultSrc: ["'none'"], frameAncestors: ["'none'"], baseUri: ["'none'"], formAction: ["'none'"] },
      referrerPolicy: "no-referrer",
      strictTransportSecurity: "max-age=63072000; includeSubDomains",
      xFrameOptions: "DENY",
    }),
  );
  app.use(async (context, next) => {
    await next();
    // Answers belong to one user.
    context.header("Cache-Control", "no-store");
  });
  app.use(smallBodyOnly);
  app.route("/", authRoutes);
  app.route("/", apiRoutes);
  app.notFound((context) => problem(context, 404, "NOT_FOUND"));
  app.onError((error, context) => unexpected(context, error));
  return app;
}
