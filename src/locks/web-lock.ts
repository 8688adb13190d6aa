import { OptionInvalidError } from "../errors.ts";
import type { Lock, LockNotes, LockRequestOptions } from "./lock.ts";
import { TabNotes } from "./tab-notes.ts";
import { Waiting } from "./waiting.ts";

/** Like the locks themselves, the notes belong to the origin, not to one object. */
const notes = new TabNotes();

/** Whether this place has Web Locks. Not "in": some define the property as null. */
export function hasWebLocks(): boolean {
  return Boolean(globalThis.navigator?.locks);
}

/**
 * A lock among all tabs and workers of an origin, by the Web Locks API. On Node and Deno that is among
 * all in one process. A tab that is closed gives it up at once; one that is frozen keeps it, so waiting
 * is bounded.
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
    try {
      return await navigator.locks.request(name, { signal: waiting.signal }, () => {
        waiting.end();
        return callback();
      });
    } finally {
      waiting.end();
    }
  }
}
