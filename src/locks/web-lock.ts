import { OptionInvalidError } from "../errors.ts";
import type { Lock, LockNotes, LockRequestOptions } from "./lock.ts";
import { createProcessLock } from "./process-lock.ts";
import { TabNotes } from "./tab-notes.ts";
import { Waiting } from "./waiting.ts";

/** Like the locks themselves, the notes belong to the origin, not to one object. */
const notes = new TabNotes();
/** In the place of Web Locks that the browser denies. */
const pageLock = createProcessLock();

/** Whether this place has Web Locks. Not "in": some define the property as null. */
export function hasWebLocks(): boolean {
  return Boolean(globalThis.navigator?.locks);
}

/**
 * A lock among all tabs and workers of an origin, by the Web Locks API. On Node and Deno that is among
 * all in one process. A tab that is closed gives it up at once; one that is frozen keeps it, so waiting
 * is bounded. Where the browser denies them, as in a sandboxed page or with cookies blocked, it is among all in this page: such pages
 * share no storage either.
 *
 * @throws {OptionInvalidError} where there are no Web Locks: on an insecure origin, say, or in workerd
 */
export function createWebLock(): Lock {
  if (hasWebLocks()) return new WebLock();
  throw new OptionInvalidError("There are no Web Locks here: the page must be on https or localhost. Use createProcessLock() instead.");
}

class WebLock implements Lock {
  readonly notes: LockNotes = notes;

  async request<Result>(name: string, options: LockRequestOptions, callback: () => Promise<Result>): Promise<Result> {
    const waiting = new Waiting(name, options);
    let granted = false;
    try {
      // Names that begin with a hyphen are none for Web Locks.
      return await navigator.locks.request(name.replace(/^-/, "edge-token-store:-"), { signal: waiting.signal }, () => {
        granted = true;
        waiting.end();
        return callback();
      });
    } catch (error) {
      if (granted || (error as Error | undefined)?.name !== "SecurityError") throw error;
      return await pageLock.request(name, options, callback);
    } finally {
      waiting.end();
    }
  }
}
