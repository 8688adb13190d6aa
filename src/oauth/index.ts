export { createOAuthClient, discoverServer } from "./client.ts";
export type { AuthorizationRequest, OAuthClient, OAuthClientOptions, ServerMetadata } from "./client.ts";
export type { TokenGrant } from "./token-response.ts";
