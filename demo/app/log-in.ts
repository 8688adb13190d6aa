import { ACCOUNTS_SERVER, CLIENT_ID, SCOPE } from "./settings.ts";

/** What the accounts server grants to a browser: RFC 6749 section 4.2.2, with Zoho's `api_domain`. */
export interface Grant {
  accessToken: string;
  expiresAt: number;
  apiDomain: string;
  scope: string;
  tokenType: string;
}

export type LogInAnswer =
  | { kind: "none" }
  | { kind: "granted"; grant: Grant }
  | { kind: "cancelled" }
  | { kind: "forged" }
  | { kind: "failed"; error: string };

const STATE_KEY = "zylker-log-in-state";

/** Leaves this page for the accounts server, which comes back with an answer in the fragment. */
export function startLogIn(): void {
  const state = randomState();
  sessionStorage.setItem(STATE_KEY, state);
  const url = new URL("/oauth/v2/auth", ACCOUNTS_SERVER);
  url.search = new URLSearchParams({
    response_type: "token",
    client_id: CLIENT_ID,
    scope: SCOPE,
    redirect_uri: `${location.origin}/`,
    state,
  }).toString();
  location.assign(url);
}

/**
 * Takes the answer out of the address, where history, a bookmark or a shared link would keep it.
 *
 * An answer whose `state` this tab did not send is forged: it would log the visitor in as somebody
 * else (RFC 6749 section 10.12). A state serves once, whatever comes of it.
 */
export function takeLogInAnswer(): LogInAnswer {
  const answer = new URLSearchParams(location.hash.slice(1));
  if (!answer.has("access_token") && !answer.has("error")) return { kind: "none" };
  history.replaceState(null, "", location.pathname + location.search);
  const expected = sessionStorage.getItem(STATE_KEY);
  sessionStorage.removeItem(STATE_KEY);

  if (!expected || answer.get("state") !== expected) return { kind: "forged" };
  const error = answer.get("error");
  if (error) return error === "access_denied" ? { kind: "cancelled" } : { kind: "failed", error };
  const grant = parseGrant(answer);
  return grant ? { kind: "granted", grant } : { kind: "failed", error: "incomplete_answer" };
}

function parseGrant(answer: URLSearchParams): Grant | undefined {
  const accessToken = answer.get("access_token");
  const apiDomain = answer.get("api_domain");
  const lifetimeSeconds = Number(answer.get("expires_in"));
  if (!accessToken || !apiDomain || !URL.canParse(apiDomain) || !(lifetimeSeconds > 0)) return undefined;
  return {
    accessToken,
    expiresAt: Date.now() + lifetimeSeconds * 1000,
    apiDomain,
    // RFC 6749 section 5.1: where the answer names no scope, it is the one that was asked for.
    scope: answer.get("scope") ?? SCOPE,
    tokenType: answer.get("token_type") ?? "Bearer",
  };
}

/** 128 bits from the system's generator, in hex: nobody guesses it. */
function randomState(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
