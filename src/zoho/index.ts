/**
 * Zoho: custom persistence for its CRM SDKs, its accounts servers, and what its own stores leave behind.
 *
 * @module edge-token-store/zoho
 */
export type { RefreshLeaseOptions } from "./refresh-lease.ts";
export type {
  ZohoOAuthToken,
  ZohoOAuthTokenV2,
  ZohoSdk,
  ZohoSdkExceptionClass,
  ZohoSdkV2,
  ZohoTokenStoreBase,
  ZohoUserSignature,
  ZohoUserV2,
} from "./sdk.ts";
export { toZohoTokenStore } from "./token-store.ts";
export type { ZohoTokenStore, ZohoTokenStoreOptions } from "./token-store.ts";
export { toZohoTokenStoreV2 } from "./token-store-v2.ts";
export type { ZohoTokenStoreV2 } from "./token-store-v2.ts";
export { createZohoAccounts } from "./accounts.ts";
export type { AuthorizationUrlOptions, ExchangeOptions, ZohoAccounts, ZohoAccountsOptions } from "./accounts.ts";
export type { ZohoDataCenter } from "./data-centers.ts";
export type { TokenGrant } from "../oauth/token-response.ts";
export { readZohoFileStore } from "./read-file-store.ts";
export { readZohoTable } from "./read-table.ts";
export type { ZohoRowProblem, ZohoStoredRow, ZohoStoredTokens } from "./stored-rows.ts";
