import { ReauthenticationRequiredError, TokenInvalidError, TokenStoreError } from "edge-token-store";
import type { EdgeTokenStore } from "edge-token-store";
import { createTokenRefresher } from "edge-token-store/refresh";
import type { TokenRefresher } from "edge-token-store/refresh";
import { createUnstorageTokenStore } from "edge-token-store/unstorage";
import { createStorage } from "unstorage";
import cloudflareKVBindingDriver from "unstorage/drivers/cloudflare-kv-binding";

/** What wrangler.jsonc and the secrets give this Worker. */
interface Bindings {
  /** A KV namespace. Typed by the driver that uses it. */
  TOKENS: never;
  /** Seals the tokens: 32 characters or more. */
  TOKEN_SECRET: string;
  CLIENT_ID: string;
  CLIENT_SECRET: string;
  TOKEN_URL: string;
  API_ORIGIN: string;
  SCHEME: string;
}

interface Context {
  waitUntil(promise: Promise<void>): void;
}

/** `/users/<name>`, and behind `/api` a path of the API. */
const PATH = /^\/users\/([^/]+)(?:\/api(\/.*))?$/;

export default {
  async fetch(request: Request, env: Bindings, context: Context): Promise<Response> {
    const url = new URL(request.url);
    const [, user, path] = PATH.exec(url.pathname) ?? [];
    if (user === undefined) return problem(404, "not_found");
    try {
      const userName = decodeURIComponent(user);
      const { store, refresher } = openTokens(env, context);
      if (request.method === "PUT" && path === undefined) return await keepTokens(store, userName, await request.json());
      if (request.method === "DELETE" && path === undefined) {
        await refresher.logOut({ userName });
        return new Response(null, { status: 204 });
      }
      if (request.method === "GET" && path !== undefined) {
        const { status, headers, body } = await refresher.fetch({ userName }, env.API_ORIGIN + path + url.search);
        return new Response(body, { status, headers: { "content-type": headers.get("content-type") ?? "text/plain" } });
      }
      return problem(405, "method_not_allowed");
    } catch (error) {
      return answerTo(error);
    }
  },
};

/** Made for each request: nothing of it does any work yet, and in a Worker no request may wait for another one's. */
function openTokens(env: Bindings, context: Context): { store: EdgeTokenStore; refresher: TokenRefresher } {
  const storage = createStorage({ driver: cloudflareKVBindingDriver({ binding: env.TOKENS }) });
  const store = createUnstorageTokenStore(storage, { secret: env.TOKEN_SECRET, clientId: env.CLIENT_ID });
  const refresher = createTokenRefresher({
    store,
    refresh: ({ refreshToken = "" }, { signal }) => {
      const { CLIENT_ID: client_id, CLIENT_SECRET: client_secret } = env;
      const body = new URLSearchParams({ grant_type: "refresh_token", client_id, client_secret, refresh_token: refreshToken });
      return fetch(env.TOKEN_URL, { method: "POST", body, signal });
    },
    scheme: env.SCHEME,
    origins: [env.API_ORIGIN],
    waitUntil: (promise) => context.waitUntil(promise),
  });
  return { store, refresher };
}

/** What the log-in brought. The store checks the types; what else the body has is left out. */
async function keepTokens(store: EdgeTokenStore, userName: string, body: unknown): Promise<Response> {
  const { refreshToken, accessToken, expiresAt } = Object(body) as { refreshToken?: string; accessToken?: string; expiresAt?: number };
  const { version } = await store.saveToken({ userName, refreshToken, accessToken, expiresAt });
  return new Response(null, { status: version === 1 ? 201 : 204 });
}

/** The library's errors carry no token, so their codes can be shown; of all others only the log learns. */
function answerTo(error: unknown): Response {
  if (error instanceof ReauthenticationRequiredError) return problem(401, error.code);
  if (error instanceof TokenInvalidError) return problem(400, error.code);
  if (error instanceof SyntaxError || error instanceof URIError) return problem(400, "bad_request");
  console.error(error);
  return error instanceof TokenStoreError ? problem(503, error.code) : problem(502, "bad_gateway");
}

function problem(status: number, error: string): Response {
  return Response.json({ error }, { status });
}
