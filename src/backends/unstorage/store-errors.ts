import { safeCause } from "../../cause.ts";
import { StoreQuotaError, StoreRateLimitedError, StoreUnavailableError } from "../../errors.ts";
import type { TokenStoreError } from "../../errors.ts";
import type { DriverFailure } from "./driver-failure.ts";

/** The error of this library for one of a driver's. */
export function storeError(doing: string, engine: string, failure: DriverFailure["kind"], error: unknown): TokenStoreError {
  const cause = safeCause(error);
  if (failure === "rate-limited") {
    return new StoreRateLimitedError(
      `The storage (${engine}) refused to ${doing}, repeatedly: too many requests. Nothing was written; try again later.`,
      { cause, mayHaveWritten: false },
    );
  }
  if (failure === "full") {
    return new StoreQuotaError(`The storage (${engine}) is full. Nothing was written; free space, or delete tokens.`, { cause });
  }
  const advice =
    failure === "operations-spent"
      ? "This Worker invocation has made all the requests that it may; go on in another one."
      : "Nothing is known about the token; try again later.";
  return new StoreUnavailableError(`The storage (${engine}) failed to ${doing}. ${advice}`, { cause });
}

/** The same error for a request that was not the first of its save or deletion. */
export function afterWrites(error: unknown): unknown {
  if (error instanceof StoreQuotaError) {
    const message = "The storage is full: the record is saved, but not all that it is found by. Free space; the same call does the rest.";
    return new StoreUnavailableError(message, { cause: error.cause });
  }
  if (!(error instanceof StoreRateLimitedError) || error.mayHaveWritten) return error;
  return new StoreRateLimitedError(
    "The storage refused part of a save or deletion, repeatedly: too many requests. What is done stays; the same call later does the rest.",
    { cause: error.cause, mayHaveWritten: true },
  );
}
