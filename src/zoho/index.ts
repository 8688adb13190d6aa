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
