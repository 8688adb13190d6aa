import { safeCause } from "../cause.ts";
import { TokenStoreError } from "../errors.ts";
import type { ZohoSdkExceptionClass } from "./sdk.ts";

/** The code that the SDKs' own stores throw with. */
const TOKEN_STORE = "TOKEN_STORE";

/** Runs the work of one store method; what fails in it becomes the SDK's own exception, our error its cause. */
export async function orSdkException<Result>(
  SDKException: ZohoSdkExceptionClass,
  what: string,
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof SDKException) throw error;
    const known = error instanceof TokenStoreError;
    throw sdkException(SDKException, known ? `${what}: ${error.message}` : what, known ? error : safeCause(error));
  }
}

function sdkException(SDKException: ZohoSdkExceptionClass, message: string, cause: Error | null = null): Error {
  // Given to the constructor, details and cause would be pasted into the message, and "null" or "undefined" where there are none.
  return Object.assign(new SDKException(TOKEN_STORE, message), { details: null, cause }) as object as Error;
}

export function unknownIdException(SDKException: ZohoSdkExceptionClass): Error {
  return sdkException(SDKException, "There is no token with this id in the store.");
}
