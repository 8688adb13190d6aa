import type { TokenStoreErrorCode } from "../errors.ts";

/**
 * What a refresher has to tell a user interface; of its own refreshes only, not of other tabs' or
 * processes'. Ids and codes only: never a token, a secret or a user name.
 */
export type RefreshEvent =
  | { readonly type: "refreshed"; readonly id: string }
  /** An attempt failed. It may work later, and nothing was deleted. */
  | { readonly type: "refreshFailed"; readonly id: string; readonly code: TokenStoreErrorCode }
  /** The new token works and is handed out, but could not be stored; it is tried again for about a minute, unless the store was closed, and at each later use. */
  | { readonly type: "saveFailed"; readonly id: string; readonly code: TokenStoreErrorCode }
  /** Only a log-in helps. */
  | { readonly type: "reauthenticationRequired"; readonly id: string };
