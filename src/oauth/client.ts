// The client of RFC 6749 and its successors, by the author of jose: no dependencies, every runtime, certified for OpenID.
import * as oauth from "oauth4webapi";
import { safeCause } from "../cause.ts";
import { OptionInvalidError, ReauthenticationRequiredError, RefreshFailedError, TokenInvalidError } from "../errors.ts";
import type { TokenFields } from "../token.ts";
import { checkNames, parseServerUrl, parseText, parseUrl, REQUEST_TIMEOUT_MS, unreachable } from "./endpoint.ts";
import { namedError, readTokenResponse } from "./token-response.ts";
import type { TokenGrant } from "./token-response.ts";

/** What an authorization server says of itself (RFC 8414 section 2); more is allowed. */
export interface ServerMetadata {
  /** The server's identifier, an https URL. */
  issuer: string;
  /** Where the user logs in. */
  authorization_endpoint?: string;
  /** Where codes and refresh tokens are exchanged. */
  token_endpoint?: string;
  /** Where tokens are revoked (RFC 7009). */
  revocation_endpoint?: string;
  /** Where true, an answer without the right `iss` is refused (RFC 9207). */
  authorization_response_iss_parameter_supported?: boolean;
  [member: string]: unknown;
}

/** The client, as it is registered with its provider. */
export interface OAuthClientOptions {
  /** The server's metadata: written by hand, or from `discoverServer`. */
  metadata: ServerMetadata;
  /** The client identifier (RFC 6749 section 2.2). */
  clientId: string;
  /** Absent for a public client. */
  clientSecret?: string;
  /** How the secret is sent (RFC 6749 section 2.3.1); default `"client_secret_basic"`. */
  clientAuthentication?: "client_secret_basic" | "client_secret_post";
  /** The redirect URI, as it is registered. */
  redirectUrl: string;
  /** Default: the global `fetch`. */
  fetch?: typeof fetch;
}

/** A log-in that has begun. Keep `state` and `codeVerifier` in the user's session until the user comes back. */
export interface AuthorizationRequest {
  /** Where to send the user. */
  url: URL;
  /** What the answer must repeat (RFC 6749 section 10.12). */
  state: string;
  /** The secret of PKCE (RFC 7636), of which the URL holds the SHA-256 digest. */
  codeVerifier: string;
}

/** Every method may reject with `ERR_REFRESH_FAILED` and `ERR_REFRESH_RATE_LIMITED`. */
export interface OAuthClient {
  /** Begins a log-in. `parameters` are added to the URL, such as `prompt` or `audience`. */
  authorizationUrl(options?: { scope?: string; parameters?: Record<string, string> }): Promise<AuthorizationRequest>;
  /**
   * Exchanges the URL that the user came back with for tokens to save.
   *
   * @throws {ReauthenticationRequiredError} where state or issuer are not those of this log-in, the user declined, or
   *   the code is taken no more
   */
  exchange(callbackUrl: string | URL, request: Pick<AuthorizationRequest, "state" | "codeVerifier">): Promise<TokenGrant>;
  /**
   * A new access token. It needs no `this`: `createTokenRefresher({ store, refresh: client.refresh })`.
   *
   * @throws {ReauthenticationRequiredError} where there is no refresh token or the server takes it no more
   */
  refresh(this: void, token: TokenFields): Promise<TokenGrant>;
  /** Revokes the refresh token, else the access token (RFC 7009). Resolves for one that the server knows no more. */
  revoke(this: void, token: TokenFields): Promise<void>;
}

const OPTIONS = ["metadata", "clientId", "clientSecret", "clientAuthentication", "redirectUrl", "fetch"];
/** The names of RFC 7518 section 3.1, RFC 8037 and RFC 9864. */
const SIGNATURES = [...["HS", "RS", "ES", "PS"].flatMap((family) => [256, 384, 512].map((bits) => `${family}${bits}`)), "EdDSA", "Ed25519"];
const ENDPOINTS = ["authorization_endpoint", "token_endpoint", "revocation_endpoint"] as const;

/**
 * A client of any server that follows RFC 6749: the authorization code grant with PKCE and state, refresh and revocation.
 *
 * @throws {OptionInvalidError} on an unknown option or one of the wrong type
 */
export function createOAuthClient(options: OAuthClientOptions): OAuthClient {
  checkNames(options, OPTIONS);
  const { metadata, clientId, clientSecret, clientAuthentication = "client_secret_basic", redirectUrl, fetch: send } = options;
  if (send !== undefined && typeof send !== "function") throw new OptionInvalidError("The option fetch must be a function.");
  parseMetadata(metadata);
  // The ID token comes from the server itself, so its signature is not checked (OpenID Connect Core section 3.1.3.7), whatever it is.
  const server = { ...metadata, id_token_signing_alg_values_supported: SIGNATURES } as unknown as oauth.AuthorizationServer;
  parseText("clientId", clientId);
  parseText("redirectUrl", redirectUrl);
  const client: oauth.Client = { client_id: clientId };
  // By whose clock an ID token that nobody reads is valid must not decide over what a refresh brought.
  const timeless: oauth.Client = { ...client, [oauth.clockTolerance]: Number.MAX_SAFE_INTEGER };
  const authentication =
    clientSecret === undefined ? oauth.None() : authenticate(clientAuthentication, parseText("clientSecret", clientSecret));
  const request = (): oauth.HttpRequestOptions<"POST", URLSearchParams> => requestOptions(send);

  return {
    async authorizationUrl(details = {}) {
      const { scope, parameters = {} } = details;
      checkNames(details, ["scope", "parameters"]);
      const state = oauth.generateRandomState();
      const codeVerifier = oauth.generateRandomCodeVerifier();
      const url = new URL(endpoint(metadata, "authorization_endpoint"));
      const fields = {
        ...parameters,
        response_type: "code",
        client_id: clientId,
        redirect_uri: redirectUrl,
        ...(scope === undefined ? {} : { scope: parseText("scope", scope) }),
        state,
        code_challenge: await oauth.calculatePKCECodeChallenge(codeVerifier),
        code_challenge_method: "S256",
      };
      for (const [name, value] of Object.entries(fields)) url.searchParams.set(name, value);
      return { url, state, codeVerifier };
    },

    async exchange(callbackUrl, { state, codeVerifier }) {
      endpoint(metadata, "token_endpoint");
      parseText("state", state);
      parseText("codeVerifier", codeVerifier);
      const url = parseUrl(callbackUrl);
      if (!url) throw new TokenInvalidError("The callback must be the URL that the user came back with.");
      const parameters = validateCallback(server, client, url, state);
      return askForGrant(
        () => oauth.authorizationCodeGrantRequest(server, client, authentication, parameters, redirectUrl, codeVerifier, request()),
        (copy) => oauth.processAuthorizationCodeResponse(server, client, copy),
      );
    },

    async refresh({ refreshToken }) {
      endpoint(metadata, "token_endpoint");
      if (!refreshToken) throw new ReauthenticationRequiredError("The token has no refresh token: let the user log in again.");
      return askForGrant(
        () => oauth.refreshTokenGrantRequest(server, client, authentication, refreshToken, request()),
        async (copy) => oauth.processRefreshTokenResponse(server, timeless, await essence(copy)),
      );
    },

    async revoke({ refreshToken, accessToken }) {
      endpoint(metadata, "revocation_endpoint");
      const value = refreshToken || accessToken;
      if (!value) throw new TokenInvalidError("There is neither a refresh token nor an access token to revoke.");
      const response = await answer(() => oauth.revocationRequest(server, client, authentication, value, request()));
      await oauth.processRevocationResponse(response).catch((error: unknown) => {
        throw new RefreshFailedError(`The token was not revoked: the server answered with status ${response.status}.`, {
          cause: safeCause(error),
        });
      });
    },
  };
}

/**
 * Reads what a server says of itself, from `/.well-known/oauth-authorization-server` (RFC 8414) or, with
 * `"oidc"`, from `/.well-known/openid-configuration`.
 *
 * @throws {RefreshFailedError} where it can't be had, or names another issuer than the one asked
 */
export async function discoverServer(
  issuer: string | URL,
  options: { algorithm?: "oauth2" | "oidc"; fetch?: typeof fetch } = {},
): Promise<ServerMetadata> {
  const { algorithm = "oauth2", fetch: send } = options;
  checkNames(options, ["algorithm", "fetch"]);
  const url = parseServerUrl("issuer", issuer);
  const response = await answer(() => oauth.discoveryRequest(url, { algorithm, ...requestOptions<"GET", undefined>(send) }));
  return oauth.processDiscoveryResponse(url, response).then(
    (metadata) => metadata as unknown as ServerMetadata,
    (error: unknown) => {
      throw new RefreshFailedError("The server's metadata can't be read, or is that of another issuer.", { cause: safeCause(error) });
    },
  );
}

function parseMetadata(metadata: unknown): void {
  if (typeof metadata !== "object" || metadata === null) throw new OptionInvalidError("The option metadata must be an object.");
  for (const name of ENDPOINTS) {
    const value = (metadata as ServerMetadata)[name];
    if (value !== undefined) parseServerUrl(`metadata.${name}`, value);
  }
  parseServerUrl("metadata.issuer", (metadata as ServerMetadata).issuer);
}

function endpoint(metadata: ServerMetadata, name: (typeof ENDPOINTS)[number]): string {
  const value = metadata[name];
  if (value !== undefined) return value;
  throw new OptionInvalidError(`The server's metadata names no ${name}.`);
}

function authenticate(method: unknown, clientSecret: string): oauth.ClientAuth {
  if (method === "client_secret_basic") return oauth.ClientSecretBasic(clientSecret);
  if (method === "client_secret_post") return oauth.ClientSecretPost(clientSecret);
  throw new OptionInvalidError('The option clientAuthentication must be "client_secret_basic" or "client_secret_post".');
}

/** Each request gets time of its own. Where plain http may be used was decided when its URL was read. */
function requestOptions<Method, Body>(send: typeof fetch | undefined): oauth.HttpRequestOptions<Method, Body> {
  return {
    signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
    [oauth.allowInsecureRequests]: true,
    ...(send ? { [oauth.customFetch]: (url: string, init: unknown) => send(url, init as RequestInit) } : {}),
  };
}

function validateCallback(server: oauth.AuthorizationServer, client: oauth.Client, url: URL, state: string): URLSearchParams {
  try {
    const parameters = oauth.validateAuthResponse(server, client, url, state);
    if (parameters.has("code")) return parameters;
  } catch (error) {
    const message =
      error instanceof oauth.AuthorizationResponseError
        ? `The log-in ended with ${namedError(error.error) ?? "an error"}: let the user log in again.`
        : "The answer does not belong to this log-in, by its state or its issuer: begin the log-in anew.";
    throw new ReauthenticationRequiredError(message, { cause: safeCause(error) });
  }
  throw new ReauthenticationRequiredError("The answer has neither a code nor an error: begin the log-in anew.");
}

async function answer(send: () => Promise<Response>): Promise<Response> {
  return send().catch((error: unknown) => {
    throw unreachable(error);
  });
}

/** The grant in the answer, if the library finds it sound; the answer's own error, else the library's. */
async function askForGrant(ask: () => Promise<Response>, check: (copy: Response) => Promise<unknown>): Promise<TokenGrant> {
  const askedAt = Date.now();
  const response = await answer(ask);
  const copy = response.clone();
  const refusal: unknown = await check(copy).then(
    () => undefined,
    (error: unknown) => error,
  );
  const grant = await readTokenResponse(response, askedAt);
  if (refusal === undefined) return grant;
  throw new RefreshFailedError("The token response is not as RFC 6749 section 5.1 has it, so nothing was taken from it.", {
    cause: safeCause(refusal),
  });
}

/**
 * What decides whether the answer to a refresh can be used at all: a token type that is known (RFC 6749 section 7.1), and
 * an ID token, if any, of this client (OpenID Connect Core section 12.2). For other faults it is not refused: the refresh
 * token may be spent, so what came for it must not be lost.
 */
async function essence(response: Response): Promise<Response> {
  const { access_token, token_type, id_token } = (await response.json()) as Record<string, unknown>;
  return Response.json({ access_token, token_type: token_type || "Bearer", id_token: id_token ?? undefined });
}
