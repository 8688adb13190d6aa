/**
 * A client of any OAuth 2.0 provider, on the optional peer [oauth4webapi](https://github.com/panva/oauth4webapi).
 *
 * @module edge-token-store/oauth
 */
export { createOAuthClient, discoverServer } from "./client.ts";
export type { AuthorizationRequest, OAuthClient, OAuthClientOptions, ServerMetadata } from "./client.ts";
export type { TokenGrant } from "./token-response.ts";
