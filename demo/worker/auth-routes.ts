import type { TokenGrant } from "edge-token-store/zoho";
import { Hono } from "hono";
import type { Context } from "hono";
import type { Portal } from "./bindings.ts";
import { apiUrl, CURRENT_USER, readProfile } from "./crm.ts";
import { beginAttempt, takeAttempt } from "./login-attempt.ts";
import { errorCode, problem } from "./problem.ts";
import type { LoginProblem } from "./problem.ts";
import { sha256 } from "./random.ts";
import { parseReturnTo } from "./return-to.ts";
import { sameOriginOnly } from "./same-origin.ts";
import { beginSession, endAllSessions, endSession, findSession } from "./session.ts";
import { CALLBACK_PATH, openTokens } from "./tokens.ts";
import type { Tokens } from "./tokens.ts";

export const authRoutes: Hono<Portal> = new Hono<Portal>();

// Reached by a link, also from other sites: it changes nothing but a cookie of its own. Zoho grants a new refresh token
// only with a new consent, so whose old one was revoked is sent with `prompt=consent`.
authRoutes.get("/auth/login", (context) => {
  const { returnTo, prompt } = context.req.query();
  return goToAccounts(context, parseReturnTo(returnTo), prompt === "consent" ? prompt : undefined);
});

authRoutes.get(CALLBACK_PATH, async (context) => {
  const { state, code, error, "accounts-server": accountsServer } = context.req.query();
  const attempt = takeAttempt(context, state);
  if (!attempt) return backWith(context, "LOGIN_FORGED");
  if (error !== undefined || !code) return backWith(context, error === "access_denied" ? "LOGIN_CANCELLED" : "LOGIN_FAILED");

  const tokens = openTokens(context);
  try {
    const { codeVerifier } = attempt;
    const grant = await tokens.accounts.exchangeGrantToken(code, {
      codeVerifier,
      ...(accountsServer === undefined ? {} : { accountsServer }),
    });
    const saved = await saveGrant(tokens, grant, context.env.ZOHO_CLIENT_ID);
    // Zoho grants a refresh token with the first consent only. Where ours is gone since, ask for another one.
    if (saved.refreshToken === undefined) return await goToAccounts(context, attempt.returnTo, "consent");
    const left = await beginSession(context, saved.id);
    // Nobody could use or revoke it any more.
    if (left !== undefined) context.executionCtx.waitUntil(forget(tokens, left).catch(() => false));
  } catch (failure) {
    console.error(`log-in failed: ${errorCode(failure)}`);
    return backWith(context, logInProblem(failure));
  }
  return context.redirect(attempt.returnTo, 303);
});

authRoutes.get("/auth/session", sameOriginOnly, async (context) => {
  return context.json({ loggedIn: (await findSession(context)) !== undefined });
});

authRoutes.post("/auth/logout", sameOriginOnly, async (context) => {
  const tokenId = await endSession(context);
  // Another browser of the user may still work with the token.
  return context.json({ revoked: tokenId === undefined || (await forget(openTokens(context), tokenId)) });
});

authRoutes.post("/auth/logout-everywhere", sameOriginOnly, async (context) => {
  const tokenId = await endAllSessions(context);
  if (tokenId === undefined) return problem(context, 401, "NOT_LOGGED_IN");
  return context.json({ revoked: await forget(openTokens(context), tokenId) });
});

async function goToAccounts(context: Context<Portal>, returnTo: string, prompt?: "consent"): Promise<Response> {
  const { state, codeVerifier } = beginAttempt(context, returnTo);
  const url = openTokens(context).accounts.authorizationUrl({
    scope: context.env.ZOHO_SCOPE,
    state,
    codeChallenge: await sha256(codeVerifier),
    ...(prompt ? { prompt } : {}),
  });
  return context.redirect(url.href, 303);
}

/** Asks whose tokens they are, and saves them for that user. */
async function saveGrant({ store }: Tokens, grant: TokenGrant, clientId: string): ReturnType<Tokens["store"]["saveToken"]> {
  const response = await fetch(apiUrl(grant, CURRENT_USER), { headers: { Authorization: `Zoho-oauthtoken ${grant.accessToken}` } });
  const { email } = await readProfile(response);
  return store.saveToken({ ...grant, userName: email, clientId });
}

/** Deletes the tokens here first, so that no server that is down can keep anybody logged in; then asks Zoho to revoke them. */
async function forget({ store, accounts, refresher }: Tokens, id: string): Promise<boolean> {
  const token = await store.findTokenById(id).catch(() => undefined);
  // A record that can't be read can't be revoked either, but it goes; where even that fails, the session has ended all the same.
  if (token === undefined) {
    await store.deleteToken(id).catch((error: unknown) => console.error(`log-out left a record: ${errorCode(error)}`));
    return false;
  }
  await refresher.logOut({ id });
  if (!token) return true;
  return accounts.revokeToken(token).catch(() => false);
}

/** To the portal, which has words for the code. */
function backWith(context: Context<Portal>, code: LoginProblem): Response {
  return context.redirect(`/?problem=${code}`, 303);
}

function logInProblem(error: unknown): LoginProblem {
  const code = errorCode(error);
  if (code === "ERR_REFRESH_FAILED" || code === "ERR_REFRESH_RATE_LIMITED") return "UNREACHABLE";
  if (code === "ERR_SECRET_MISMATCH") return "SECRET_WRONG";
  return code === "ERR_RECORD_CORRUPT" ? "STORE_FAILED" : "LOGIN_FAILED";
}
