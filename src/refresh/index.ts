/**
 * Access tokens that are always fresh, with one refresh however many ask.
 *
 * @module edge-token-store/refresh
 */
export type { Refresh } from "./ask-provider.ts";
export type { RefreshEvent } from "./refresh-event.ts";
export { createTokenRefresher } from "./token-refresher.ts";
export type { AccessTokenOptions, TokenRefresher } from "./token-refresher.ts";
export type { TokenRefresherOptions } from "./options.ts";
export type { TokenGrant } from "../oauth/token-response.ts";
