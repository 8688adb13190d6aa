import { Hono } from "hono";
import type { Context } from "hono";
import type { Portal } from "./bindings.ts";
import { ApiError, apiUrl, CURRENT_USER, LISTS, readList, readProfile } from "./crm.ts";
import { problem } from "./problem.ts";
import { sameOriginOnly } from "./same-origin.ts";
import { findSession } from "./session.ts";
import { openTokens } from "./tokens.ts";

/** How the access token of a call was had: as stored, by a refresh of its own, or by somebody else's refresh. */
type TokenSource = "stored" | "refreshed" | "joined";

export const apiRoutes: Hono<Portal> = new Hono<Portal>();

apiRoutes.use("/api/*", sameOriginOnly);
apiRoutes.get("/api/profile", (context) => callApi(context, CURRENT_USER, readProfile));
apiRoutes.get("/api/courses", (context) => callApi(context, LISTS.courses.path, (answer) => readList(answer, LISTS.courses.fields)));
apiRoutes.get("/api/inbox", (context) => callApi(context, LISTS.inbox.path, (answer) => readList(answer, LISTS.inbox.fields)));

/** Calls the CRM with a fresh token of the session's user. The page sees what `read` takes from the answer, and no token. */
async function callApi(context: Context<Portal>, path: string, read: (answer: Response) => Promise<unknown>): Promise<Response> {
  const id = await findSession(context);
  if (id === undefined) return problem(context, 401, "NOT_LOGGED_IN");
  const { store, refresher } = openTokens(context);
  const token = await store.findTokenById(id);
  if (!token) return problem(context, 401, "LOGIN_LOST");

  let source: TokenSource = "stored";
  refresher.subscribe(({ type }) => {
    if (type === "refreshed") source = "refreshed";
  });
  // Read once more: another request may have refreshed the token since.
  const used = await refresher.getAccessToken({ id });
  if (source === "stored" && used !== token.accessToken) source = "joined";
  const answer = await refresher.fetch({ id }, apiUrl(token, path)).catch((error: unknown) => {
    // What has a code is the store's or the refresher's; the rest is a network that failed.
    if ((error as { code?: unknown }).code !== undefined) throw error;
  });
  if (!answer) return problem(context, 503, "UNREACHABLE");
  if (answer.status === 401) return problem(context, 401, "LOGIN_REVOKED");
  context.header("Server-Timing", `token;desc=${source}`);
  try {
    return context.json({ data: await read(answer) });
  } catch (error) {
    if (error instanceof ApiError || error instanceof SyntaxError) return problem(context, 502, "API_FAILED");
    throw error;
  }
}
