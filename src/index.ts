/**
 * What every application imports: the types, the errors, the rules of look-ups, and a store in memory.
 *
 * @module edge-token-store
 */
export type { Capabilities, IndexName } from "./backend.ts";
export { createMemoryTokenStore } from "./backends/memory.ts";
export {
  ConflictError,
  LockTimeoutError,
  OptionInvalidError,
  ReauthenticationRequiredError,
  RecordCorruptError,
  RefreshFailedError,
  RefreshRateLimitedError,
  SecretMismatchError,
  SecretWeakError,
  StoreBlockedError,
  StoreClosedError,
  StoreQuotaError,
  StoreRateLimitedError,
  StoreUnavailableError,
  TokenInvalidError,
  TokenStoreError,
} from "./errors.ts";
export type { TokenStoreErrorCode } from "./errors.ts";
export type { TokenEvent } from "./events.ts";
export { resolveLookup } from "./lookup.ts";
export type { LookupStep } from "./lookup.ts";
export type { RetentionOptions, TokenStoreOptions } from "./options.ts";
export { isExpired, redactToken } from "./token.ts";
export type { StoredToken, TokenFields, TokenInput, TokenQuery } from "./token.ts";
export type { EdgeTokenStore, ListOptions, SaveOptions, TokenStore } from "./token-store.ts";
