import {
  OptionInvalidError,
  ReauthenticationRequiredError,
  RefreshFailedError,
  RefreshRateLimitedError,
  TokenInvalidError,
} from "../errors.ts";
import { checkNames, parseServerUrl, parseText, REQUEST_TIMEOUT_MS, unreachable } from "../oauth/endpoint.ts";
import { readTokenResponse } from "../oauth/token-response.ts";
import type { TokenGrant } from "../oauth/token-response.ts";
import type { TokenFields } from "../token.ts";
import { accountsServerForApi, accountsServerOf, isAccountsServer } from "./data-centers.ts";
import type { ZohoDataCenter } from "./data-centers.ts";

// oauth4webapi does not fit Zoho: errors come with status 200, which it takes for broken answers and hides their
// codes; `expires_in` has been in milliseconds; scopes are parted by commas; the redirect names its server by
// `accounts-server` where RFC 9207 has `iss`; and revocation is not that of RFC 7009.

/** The client, as it is registered at https://api-console.zoho.com. */
export interface ZohoAccountsOptions {
  /** Where the client is registered, as in the redirect's `location`; default `"us"`. */
  dataCenter?: ZohoDataCenter;
  /** In place of `dataCenter`: the origin of an accounts server, one of your own for tests say. */
  accountsServer?: string | URL;
  /** The client id. */
  clientId: string;
  /** Absent for a client without one, such as a client-based application. */
  clientSecret?: string;
  /** The authorized redirect URI, as it is registered. */
  redirectUrl: string;
  /** Default: the global `fetch`. */
  fetch?: typeof fetch;
}

/** What to ask the user for: https://www.zoho.com/accounts/protocol/oauth/web-apps/authorization.html */
export interface AuthorizationUrlOptions {
  /** Such as `"ZohoCRM.modules.ALL"`; several are parted by commas. */
  scope: string | readonly string[];
  /** Unguessable, kept by the application and compared when the user comes back (RFC 6749 section 10.12). */
  state: string;
  /** `"offline"`, the default, grants a refresh token with the user's first consent. */
  accessType?: "offline" | "online";
  /** `"consent"` asks again, and so grants a new refresh token; default: Zoho asks once. */
  prompt?: "consent";
  /** The SHA-256 digest of the code verifier, in base64url (RFC 7636 section 4.2); default: no PKCE. */
  codeChallenge?: string;
}

/** What the redirect and the log-in have left beside the code. */
export interface ExchangeOptions {
  /** What `codeChallenge` was made of (RFC 7636 section 4.5). */
  codeVerifier?: string;
  /** The redirect's `accounts-server`. Only servers of Zoho's own list are asked. */
  accountsServer?: string | null;
  /** The redirect's `location`; where both are given they must agree. */
  location?: string | null;
}

/** Zoho's accounts servers: every method may reject with `ERR_REFRESH_FAILED` and `ERR_REFRESH_RATE_LIMITED`. */
export interface ZohoAccounts {
  /** Where to send the user to log in. */
  authorizationUrl(options: AuthorizationUrlOptions): URL;
  /**
   * Exchanges the redirect's `code`, once and within two minutes, for tokens to save.
   *
   * @throws {ReauthenticationRequiredError} where the code is spent, expired or not of this client
   * @throws {OptionInvalidError} where the redirect names a server that is not Zoho's; nothing was sent to it
   */
  exchangeGrantToken(code: string, options?: ExchangeOptions): Promise<TokenGrant>;
  /**
   * A new access token, from the data centre that the stored token belongs to by its `apiDomain`, and for its own
   * client where it names one. It needs no `this`: `createTokenRefresher({ store, refresh: accounts.refreshToken })`.
   *
   * @throws {ReauthenticationRequiredError} where there is no refresh token or Zoho takes it no more
   */
  refreshToken(this: void, token: TokenFields): Promise<TokenGrant>;
  /**
   * Revokes the refresh token, and with it its access tokens, else the access token. False where Zoho knew it no more.
   * The stored token is left alone.
   */
  revokeToken(this: void, token: TokenFields): Promise<boolean>;
}

const OPTIONS = ["dataCenter", "accountsServer", "clientId", "clientSecret", "redirectUrl", "fetch"];

/**
 * The OAuth endpoints of Zoho's accounts servers, in all data centres.
 * https://www.zoho.com/accounts/protocol/oauth.html
 *
 * @throws {OptionInvalidError} on an unknown option or one of the wrong type
 */
export function createZohoAccounts(options: ZohoAccountsOptions): ZohoAccounts {
  checkNames(options, OPTIONS);
  const { dataCenter, accountsServer, clientId, clientSecret, redirectUrl, fetch: send = fetch } = options;
  parseText("clientId", clientId);
  parseText("redirectUrl", redirectUrl);
  if (clientSecret !== undefined) parseText("clientSecret", clientSecret);
  if (typeof send !== "function") throw new OptionInvalidError("The option fetch must be a function.");
  if (dataCenter !== undefined && accountsServer !== undefined) {
    throw new OptionInvalidError("Give dataCenter or accountsServer, not both.");
  }
  const home =
    accountsServer === undefined ? accountsServerOf(dataCenter ?? "us") : parseServerUrl("accountsServer", accountsServer).origin;

  async function post(url: string, fields: Record<string, string | undefined>): Promise<Response> {
    const body = new URLSearchParams(Object.entries(fields).filter((field): field is [string, string] => field[1] !== undefined));
    // A redirect would carry the secrets elsewhere; workerd knows no "error".
    const init: RequestInit = { method: "POST", body, redirect: "manual", signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS) };
    return send(url, init).catch((error: unknown) => {
      throw unreachable(error);
    });
  }

  async function askForGrant(server: string, fields: Record<string, string | undefined>): Promise<TokenGrant> {
    const askedAt = Date.now();
    return readTokenResponse(await post(`${server}/oauth/v2/token`, fields), askedAt);
  }

  /** A server that the redirect names: this client's own or one of Zoho's. */
  function redirectedServer({ accountsServer: named, location }: ExchangeOptions): string {
    const byLocation = location == null ? undefined : accountsServerOf(location);
    if (named == null) return byLocation ?? home;
    // Nothing but an origin: with a path or a user name in it, it is not what Zoho sends.
    const origin = named.replace(/\/$/, "");
    if (origin !== home && !isAccountsServer(origin)) {
      throw new OptionInvalidError("The accounts server that the redirect names is not one of Zoho's. Nothing was sent to it.");
    }
    if (byLocation !== undefined && byLocation !== origin) {
      throw new OptionInvalidError("The location and the accounts server of the redirect do not belong together.");
    }
    return origin;
  }

  /** Zoho's servers stand for each other; one of the application's own stands alone. */
  const serverFor = ({ apiDomain }: TokenFields): string => (isAccountsServer(home) ? (accountsServerForApi(apiDomain) ?? home) : home);

  /** A token may be another client's, and a client may have a secret of its own in each data centre. */
  function clientFor(token: TokenFields): { client_id: string; client_secret: string | undefined } {
    const own = token.clientId === undefined || token.clientId === clientId;
    return { client_id: token.clientId ?? clientId, client_secret: token.clientSecret ?? (own ? clientSecret : undefined) };
  }

  return {
    authorizationUrl(request) {
      checkNames(request, ["scope", "state", "accessType", "prompt", "codeChallenge"]);
      const { scope, state, accessType = "offline", prompt, codeChallenge } = request;
      if (accessType !== "offline" && accessType !== "online") throw new OptionInvalidError('accessType must be "offline" or "online".');
      if (prompt !== undefined && prompt !== "consent") throw new OptionInvalidError('prompt must be "consent", or left out.');
      const url = new URL("/oauth/v2/auth", home);
      url.search = new URLSearchParams({
        response_type: "code",
        client_id: clientId,
        redirect_uri: redirectUrl,
        scope: parseText("scope", Array.isArray(scope) ? scope.join(",") : scope),
        state: parseText("state", state),
        access_type: accessType,
        ...(prompt === undefined ? {} : { prompt }),
        ...(codeChallenge === undefined
          ? {}
          : { code_challenge: parseText("codeChallenge", codeChallenge), code_challenge_method: "S256" }),
      }).toString();
      return url;
    },

    async exchangeGrantToken(code, exchange = {}) {
      checkNames(exchange, ["accountsServer", "location", "codeVerifier"]);
      const { codeVerifier } = exchange;
      if (typeof code !== "string" || code === "") throw new TokenInvalidError("The code must be a string with at least one character.");
      const server = redirectedServer(exchange);
      const fields = {
        grant_type: "authorization_code",
        code,
        redirect_uri: redirectUrl,
        client_id: clientId,
        client_secret: clientSecret,
        code_verifier: codeVerifier === undefined ? undefined : parseText("codeVerifier", codeVerifier),
      };
      return askForGrant(server, fields);
    },

    async refreshToken(token) {
      const { refreshToken } = token;
      if (!refreshToken) {
        throw new ReauthenticationRequiredError("The token has no refresh token: let the user log in again, with accessType offline.");
      }
      const fields = { grant_type: "refresh_token", refresh_token: refreshToken, ...clientFor(token) };
      return askForGrant(serverFor(token), fields);
    },

    async revokeToken(token) {
      const value = token.refreshToken || token.accessToken;
      if (!value) throw new TokenInvalidError("There is neither a refresh token nor an access token to revoke.");
      // In the body, as Zoho's own SDKs send it: addresses stand in logs.
      return readRevocation(await post(`${serverFor(token)}/oauth/v2/token/revoke`, { token: value }));
    },
  };
}

/** Zoho says `{"status":"success"}`, and 400 with an error for a token that it does not know. */
async function readRevocation(response: Response): Promise<boolean> {
  const text = await response.text().catch(() => "");
  if (response.ok && /"status"\s*:\s*"success"/.test(text)) return true;
  if (/"error"\s*:\s*"invalid_(token|code)"/.test(text)) return false;
  if (response.status === 429) throw new RefreshRateLimitedError("Zoho takes no more requests for now. Try again later.");
  throw new RefreshFailedError(`The token was not revoked: the server answered with status ${response.status}.`);
}
