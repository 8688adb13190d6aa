import { closeSync, openSync, readSync } from "node:fs";
import { join } from "node:path";
import { hasCode } from "./file-errors.ts";
import { NO_FOLLOW, READ_FLAGS } from "./guarded-file.ts";
import type { LinkGuard } from "./guarded-file.ts";

/** What is as long or longer is left to the thread pool. Tokens are a tenth of it. */
const LONGEST_BYTES = 16_384;

/** More in one turn of the event loop, such as a listing's, are left to it too, so that others get their turn: some 1 ms. */
const READS_PER_TURN = 64;

let buffer: Buffer | undefined;
let readsThisTurn = 0;

/**
 * What lies in a file, read on this thread: to ask the thread pool takes three times as long of this very thread, where the system
 * holds the file in memory, and the answer has to be waited for.
 *
 * The bytes are good until the next call. Null where no value lies there; undefined where anything is out of the ordinary: then
 * {@link LinkGuard.withFile} has to tell.
 */
export function readNow(base: string, segments: readonly string[], guard: LinkGuard): Buffer | null | undefined {
  if (NO_FOLLOW === 0 || !mayRead()) return undefined;
  const directories = segments.slice(0, -1);
  try {
    const bytes = bytesOf(join(base, ...segments));
    return guard.holdsNow(directories) ? bytes : undefined;
  } catch (error) {
    return hasCode(error, "ENOENT") && guard.holdsNow(directories) ? null : undefined;
  }
}

function mayRead(): boolean {
  if (readsThisTurn++ === 0) setImmediate(() => (readsThisTurn = 0));
  return readsThisTurn <= READS_PER_TURN;
}

/** At a position, which refuses what is no regular file. */
function bytesOf(path: string): Buffer | undefined {
  const file = openSync(path, READ_FLAGS);
  try {
    buffer ??= Buffer.allocUnsafeSlow(LONGEST_BYTES);
    const length = readSync(file, buffer, 0, LONGEST_BYTES, 0);
    return length < LONGEST_BYTES ? buffer.subarray(0, length) : undefined;
  } finally {
    closeSync(file);
  }
}
