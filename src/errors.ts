/** Every code a {@link TokenStoreError} can carry. Codes are stable; messages are not. */
export type TokenStoreErrorCode =
  | "ERR_TOKEN_INVALID"
  | "ERR_OPTION_INVALID"
  | "ERR_SECRET_WEAK"
  | "ERR_SECRET_MISMATCH"
  | "ERR_RECORD_CORRUPT"
  | "ERR_CONFLICT"
  | "ERR_STORE_UNAVAILABLE"
  | "ERR_STORE_BLOCKED"
  | "ERR_STORE_CLOSED"
  | "ERR_STORE_QUOTA"
  | "ERR_STORE_RATE_LIMITED"
  | "ERR_LOCK_TIMEOUT"
  | "ERR_REFRESH_FAILED"
  | "ERR_REFRESH_RATE_LIMITED"
  | "ERR_REAUTHENTICATION_REQUIRED";

/**
 * The base of every error this library throws. Branch on `code`: it survives two copies of the
 * library in one bundle, which `instanceof` does not.
 *
 * No message and no `cause` carries a token, a secret or a user name.
 */
export abstract class TokenStoreError extends Error {
  /** Stable, and different for each class. */
  abstract readonly code: TokenStoreErrorCode;
}

/** The token, query or id given is not one: a wrong type, an empty string, nothing to save. */
export class TokenInvalidError extends TokenStoreError {
  override readonly name = "TokenInvalidError";
  override readonly code = "ERR_TOKEN_INVALID";
}

/** An option is unknown, of the wrong type or out of range. Thrown before anything is opened. */
export class OptionInvalidError extends TokenStoreError {
  override readonly name = "OptionInvalidError";
  override readonly code = "ERR_OPTION_INVALID";
}

/** The `secret` is too short to resist guessing. */
export class SecretWeakError extends TokenStoreError {
  override readonly name = "SecretWeakError";
  override readonly code = "ERR_SECRET_WEAK";
}

/** The storage was written with a secret that was not given. Thrown instead of answering "no such token". */
export class SecretMismatchError extends TokenStoreError {
  override readonly name = "SecretMismatchError";
  override readonly code = "ERR_SECRET_MISMATCH";
}

/**
 * What lies in the storage is not what the store wrote: truncated, edited, or a stranger's. Thrown
 * instead of answering "no such token". `deleteToken` still removes such a record by its token's id, and
 * `sweepTokens` with `unreadable: true` where nobody knows the id.
 */
export class RecordCorruptError extends TokenStoreError {
  override readonly name = "RecordCorruptError";
  override readonly code = "ERR_RECORD_CORRUPT";
  /** The digest under which the damaged record or index entry lies; it says nothing about whose it is. */
  readonly recordKey: string;

  constructor(recordKey: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.recordKey = recordKey;
  }
}

/** Somebody else saved or deleted the token first: read it again and decide anew. */
export class ConflictError extends TokenStoreError {
  override readonly name = "ConflictError";
  override readonly code = "ERR_CONFLICT";
}

/** The storage failed or can't be reached. Nothing is known about the token; try again later. */
export class StoreUnavailableError extends TokenStoreError {
  override readonly name = "StoreUnavailableError";
  override readonly code = "ERR_STORE_UNAVAILABLE";
}

/** The database did not open in time, usually because another tab holds an older version of it. */
export class StoreBlockedError extends TokenStoreError {
  override readonly name = "StoreBlockedError";
  override readonly code = "ERR_STORE_BLOCKED";
}

/** The store was used after `close()`. */
export class StoreClosedError extends TokenStoreError {
  override readonly name = "StoreClosedError";
  override readonly code = "ERR_STORE_CLOSED";
}

/**
 * The storage is full, as browsers and Durable Objects tell it; nothing was written. Redis without memory and a database without
 * disk space say no more than that they failed: {@link StoreUnavailableError}.
 */
export class StoreQuotaError extends TokenStoreError {
  override readonly name = "StoreQuotaError";
  override readonly code = "ERR_STORE_QUOTA";
}

/** The storage takes no more requests for now, after the pauses that the store made itself. Try again later. */
export class StoreRateLimitedError extends TokenStoreError {
  override readonly name = "StoreRateLimitedError";
  override readonly code = "ERR_STORE_RATE_LIMITED";
  /**
   * False: the call changed nothing. True: a record may have been written or removed, without all that
   * goes with it; the same call again does the rest.
   */
  readonly mayHaveWritten: boolean;

  constructor(message: string, options: ErrorOptions & { mayHaveWritten: boolean }) {
    super(message, options);
    this.mayHaveWritten = options.mayHaveWritten;
  }
}

/** A lock was not free within the time limit. What it guards was not touched. */
export class LockTimeoutError extends TokenStoreError {
  override readonly name = "LockTimeoutError";
  override readonly code = "ERR_LOCK_TIMEOUT";
}

/** The token endpoint gave no new token: unreachable, failing, or an answer that is none. Nothing was deleted. */
export class RefreshFailedError extends TokenStoreError {
  override readonly name = "RefreshFailedError";
  override readonly code = "ERR_REFRESH_FAILED";
  /** As that of {@link RefreshRateLimitedError}: a server that is being repaired says so with status 503. */
  readonly retryAfterMs: number | undefined;

  constructor(message: string, options: ErrorOptions & { retryAfterMs?: number | undefined } = {}) {
    super(message, options);
    this.retryAfterMs = options.retryAfterMs;
  }
}

/** The provider wants fewer refreshes. Nothing was deleted; wait at least as long as `retryAfterMs` says. */
export class RefreshRateLimitedError extends TokenStoreError {
  override readonly name = "RefreshRateLimitedError";
  override readonly code = "ERR_REFRESH_RATE_LIMITED";
  /** What the provider asked for (RFC 9110 section 10.2.3), in milliseconds; undefined where it named no time. */
  readonly retryAfterMs: number | undefined;

  constructor(message: string, options: ErrorOptions & { retryAfterMs?: number | undefined } = {}) {
    super(message, options);
    this.retryAfterMs = options.retryAfterMs;
  }
}

/** The provider takes the refresh token or authorization code no more: the user has to log in again. */
export class ReauthenticationRequiredError extends TokenStoreError {
  override readonly name = "ReauthenticationRequiredError";
  override readonly code = "ERR_REAUTHENTICATION_REQUIRED";
}
