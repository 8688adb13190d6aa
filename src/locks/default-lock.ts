import type { Lock } from "./lock.ts";
import { createProcessLock } from "./process-lock.ts";
import { createWebLock, hasWebLocks } from "./web-lock.ts";

let shared: Lock | undefined;

/** One for all in this process, and on Web Locks for all tabs; made on first use. */
export function defaultLock(): Lock {
  shared ??= hasWebLocks() ? createWebLock() : createProcessLock();
  return shared;
}
