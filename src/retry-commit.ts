import { ConflictError } from "./errors.ts";

/**
 * How often a save that others overtake starts again before it gives up with `ERR_CONFLICT`: five seconds
 * or so. Where 25 processes save one record without a pause, every other attempt is in vain.
 */
const MAX_ATTEMPTS = 50;
/** The longest pause between two attempts, in milliseconds; the real one is random below it. */
const MAX_PAUSE_MS = 200;

/**
 * Runs the attempt until it answers. Undefined: somebody was faster, read and merge again.
 *
 * @throws {ConflictError} where others were faster each time
 */
export async function retryCommit<Result>(attempt: () => Promise<Result | undefined>): Promise<Result> {
  for (let count = 0; count < MAX_ATTEMPTS; count++) {
    const result = await attempt();
    if (result !== undefined) return result;
    const longest = Math.min(2 ** count, MAX_PAUSE_MS);
    await new Promise((resolve) => setTimeout(resolve, Math.random() * longest));
  }
  throw new ConflictError("Others kept changing the token. Nothing was written; try again.");
}
