import type { StoredToken } from "edge-token-store";
import { fetchCurrentUser } from "./crm.ts";
import type { Grant } from "./log-in.ts";
import { request, ServerUnreachableError } from "./server-request.ts";
import { ACCOUNTS_SERVER, CLIENT_ID } from "./settings.ts";
import { store } from "./store.ts";

/** Who is logged in: the newest token in the store. Reloads and other tabs so agree with this one. */
export async function readSession(): Promise<StoredToken | null> {
  const [newest = null] = await store.getTokens();
  return newest;
}

/** Asks whose token it is and saves it. One student at a time: whoever was logged in before is logged out. */
export async function logIn(grant: Grant): Promise<void> {
  // The e-mail address, since names are not unique.
  const { email } = await fetchCurrentUser(grant);
  const saved = await store.saveToken({ ...grant, userName: email, clientId: CLIENT_ID });
  for (const token of await store.getTokens()) {
    if (token.id !== saved.id) await logOut(token);
  }
}

/**
 * Deletes the token here, then asks the accounts server to revoke it. In this order a server that is
 * down can't keep anybody logged in on this machine.
 *
 * @returns whether the server confirmed; false where it knew the token no more or did not answer
 */
export async function logOut({ id, accessToken }: StoredToken): Promise<boolean> {
  await store.deleteToken(id);
  if (accessToken === undefined) return true;
  const url = new URL("/oauth/v2/token/revoke", ACCOUNTS_SERVER);
  url.searchParams.set("token", accessToken);
  try {
    return (await request(url, { method: "POST" })).ok;
  } catch (error) {
    if (error instanceof ServerUnreachableError) return false;
    throw error;
  }
}
