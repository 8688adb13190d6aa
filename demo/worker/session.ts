import type { Context } from "hono";
import { deleteCookie, getCookie, setCookie } from "hono/cookie";
import type { Portal, SessionNamespace } from "./bindings.ts";
import { randomText, sha256 } from "./random.ts";
import type { SessionCalls } from "./session-object.ts";

const COOKIE = "session";
/** With the prefix `__Host-` no other host and no plain HTTP can set it. Lax: the redirect back from the log-in still sends it. */
const ATTRIBUTES = { prefix: "host", path: "/", secure: true, httpOnly: true, sameSite: "Lax" } as const;
export const LIFETIME_SECONDS: number = 30 * 24 * 60 * 60;

/** `<id of the user's object>.<256 random bits>`: where to ask, and what to show there. */
const FORM = /^([0-9a-f]{64})\.([A-Za-z0-9_-]{43})$/;

interface Shown {
  object: SessionCalls;
  digest: string;
}

/**
 * Begins a session in this browser. Each log-in gets a new one, so none that an attacker planted becomes a user's. Resolves with
 * the id of another user's token where this browser had that user's last session.
 */
export async function beginSession(context: Context<Portal>, tokenId: string): Promise<string | undefined> {
  const ended = await endSession(context);
  const { SESSIONS } = context.env;
  const id = SESSIONS.idFromName(tokenId);
  const secret = randomText();
  await SESSIONS.get(id).begin(await sha256(secret), tokenId, LIFETIME_SECONDS * 1000);
  setCookie(context, COOKIE, `${id.toString()}.${secret}`, { ...ATTRIBUTES, maxAge: LIFETIME_SECONDS });
  return ended === tokenId ? undefined : ended;
}

/** The id of the token that this browser's session stands for. */
export async function findSession(context: Context<Portal>): Promise<string | undefined> {
  const shown = await readCookie(context);
  return shown?.object.find(shown.digest);
}

/** Resolves with the token's id where it was the user's last session. */
export async function endSession(context: Context<Portal>): Promise<string | undefined> {
  const shown = await readCookie(context);
  deleteCookie(context, COOKIE, ATTRIBUTES);
  const tokenId = await shown?.object.find(shown.digest);
  if (!shown || tokenId === undefined) return undefined;
  return (await shown.object.end(shown.digest)) === 0 ? tokenId : undefined;
}

/** Ends all sessions of the user, wherever they are. Resolves with the token's id, or undefined where this browser had no session. */
export async function endAllSessions(context: Context<Portal>): Promise<string | undefined> {
  const shown = await readCookie(context);
  deleteCookie(context, COOKIE, ATTRIBUTES);
  const tokenId = await shown?.object.find(shown.digest);
  if (tokenId !== undefined) await shown!.object.endAll();
  return tokenId;
}

async function readCookie(context: Context<Portal>): Promise<Shown | undefined> {
  const [, id, secret] = FORM.exec(getCookie(context, COOKIE, "host") ?? "") ?? [];
  if (id === undefined || secret === undefined) return undefined;
  const object = objectOf(context.env.SESSIONS, id);
  return object && { object, digest: await sha256(secret) };
}

function objectOf(sessions: SessionNamespace, id: string): SessionCalls | undefined {
  try {
    return sessions.get(sessions.idFromString(id));
  } catch {
    // Not an id that this namespace gave: the platform signs them.
    return undefined;
  }
}
