import { abortable } from "../abortable.ts";
import { StoreUnavailableError } from "../errors.ts";

/** Rejects where it takes too long; what is under way goes on. A client of Redis may wait for a lost server for ever. */
export function inTime<Result>(promise: Promise<Result>, timeoutMs: number): Promise<Result> {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(new StoreUnavailableError(`The storage did not answer within ${timeoutMs} ms.`)), timeoutMs);
  return abortable(promise, late.signal).finally(() => clearTimeout(timer));
}
