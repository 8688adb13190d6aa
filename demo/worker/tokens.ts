import { createDurableObjectTokenStore } from "edge-token-store/durable-object";
import { createDurableObjectLock } from "edge-token-store/locks";
import { createTokenRefresher } from "edge-token-store/refresh";
import type { TokenRefresher } from "edge-token-store/refresh";
import { createUnstorageTokenStore } from "edge-token-store/unstorage";
import { createZohoAccounts } from "edge-token-store/zoho";
import type { ZohoAccounts } from "edge-token-store/zoho";
import type { EdgeTokenStore } from "edge-token-store";
import type { Context } from "hono";
import { createStorage } from "unstorage";
import cloudflareKVBindingDriver from "unstorage/drivers/cloudflare-kv-binding";
import type { Bindings, Portal } from "./bindings.ts";
import { LIFETIME_SECONDS } from "./session.ts";

/** Where Zoho sends the user back to; registered there as "Authorized Redirect URI". */
export const CALLBACK_PATH = "/auth/callback";

/** What a request needs to work with tokens. */
export interface Tokens {
  store: EdgeTokenStore;
  accounts: ZohoAccounts;
  refresher: TokenRefresher;
}

/** Made for each request: nothing of it does any work yet, and in a Worker no request may wait for another one's. */
export function openTokens(context: Context<Portal>): Tokens {
  const { env, req, executionCtx } = context;
  const store = openStore(env);
  const accounts = createZohoAccounts({
    accountsServer: env.ZOHO_ACCOUNTS_SERVER,
    clientId: env.ZOHO_CLIENT_ID,
    clientSecret: env.ZOHO_CLIENT_SECRET,
    redirectUrl: new URL(req.url).origin + CALLBACK_PATH,
  });
  const refresher = createTokenRefresher({
    store,
    refresh: accounts.refreshToken,
    // One refresh whichever isolate asks: a Durable Object decides.
    lock: createDurableObjectLock(env.TOKEN_OBJECTS),
    scheme: "Zoho-oauthtoken",
    waitUntil: (promise) => executionCtx.waitUntil(promise),
  });
  return { store, accounts, refresher };
}

/** The store that the setting names. Both seal what they keep; moving from one to the other means logging in again. */
export function openStore(env: Bindings): EdgeTokenStore {
  const options = {
    clientId: env.ZOHO_CLIENT_ID,
    secret: env.TOKEN_SECRET_PREVIOUS ? ([env.TOKEN_SECRET, env.TOKEN_SECRET_PREVIOUS] as const) : env.TOKEN_SECRET,
    // Each session begins with a save: after this time without one, no session of the user is left.
    retention: { idleSeconds: LIFETIME_SECONDS },
  };
  switch (env.TOKEN_STORAGE) {
    case "kv":
      return createUnstorageTokenStore(createStorage({ driver: cloudflareKVBindingDriver({ binding: env.TOKENS }) }), options);
    case "durable-object":
      return createDurableObjectTokenStore(env.TOKEN_OBJECTS, options);
    default:
      throw new Error('TOKEN_STORAGE must be "kv" or "durable-object".');
  }
}
