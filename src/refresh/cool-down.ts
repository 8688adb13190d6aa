import { ReauthenticationRequiredError, RefreshFailedError, RefreshRateLimitedError } from "../errors.ts";
import type { TokenStoreError, TokenStoreErrorCode } from "../errors.ts";

/** Pauses after a failure, in milliseconds: the first, and what they grow to by doubling. */
const FAILED = { first: 1_000, longest: 5 * 60_000 };
/** Zoho gives 10 access tokens in 10 minutes, so there is no use in less than a minute. */
const RATE_LIMITED = { first: 60_000, longest: 10 * 60_000 };
/** How long a refresh token that the provider refused is not shown to it again, in milliseconds. */
const REFUSED_MS = 10 * 60_000;
/** No provider's wish for a pause counts beyond a day, in milliseconds. */
const MAX_RETRY_AFTER_MS = 24 * 60 * 60_000;

/**
 * How long nobody asks the provider again after a failure, in milliseconds: growing, and random by half, so
 * that those who wait don't come back together. At least what the provider asked for by `Retry-After`.
 *
 * @param failures how many there were in a row, this one included
 * @param random from 0 to below 1
 */
export function coolDownMs(error: TokenStoreError, failures: number, random: number): number {
  if (error.code === "ERR_REAUTHENTICATION_REQUIRED") return REFUSED_MS;
  const { first, longest } = error.code === "ERR_REFRESH_RATE_LIMITED" ? RATE_LIMITED : FAILED;
  const growing = Math.min(first * 2 ** (failures - 1), longest) * (0.5 + random / 2);
  // Whoever makes such an error of their own from a header may have made NaN of it.
  const wished = Math.min((error as Partial<RefreshFailedError>).retryAfterMs || 0, MAX_RETRY_AFTER_MS);
  return Math.max(growing, wished * (1 + random / 10));
}

/** What is answered while it lasts. */
export function coolDownError(code: TokenStoreErrorCode, remainingMs: number): TokenStoreError {
  if (code === "ERR_REAUTHENTICATION_REQUIRED") {
    return new ReauthenticationRequiredError("The provider has refused this refresh token a short while ago: let the user log in again.");
  }
  const seconds = Math.ceil(remainingMs / 1000);
  if (code === "ERR_REFRESH_RATE_LIMITED") {
    return new RefreshRateLimitedError(`The provider wants fewer token requests: it is asked again in ${seconds} s.`, {
      retryAfterMs: remainingMs,
    });
  }
  return new RefreshFailedError(`The last refresh failed: the provider is asked again in ${seconds} s. Nothing was deleted.`);
}
