import type { Driver } from "unstorage";
import { KeyedQueue } from "../../keyed-queue.ts";
import { CommitClock } from "./commit-clock.ts";

/** What the stores of one process over one driver share, so that they don't overwrite each other. */
export class Coordination {
  readonly queue: KeyedQueue = new KeyedQueue();
  readonly clock: CommitClock = new CommitClock();
}

const coordinations = new WeakMap<Driver, Coordination>();

/** By the driver, since one storage can come as many: `prefixStorage` makes a new one with each call. */
export function coordinationOf(driver: Driver): Coordination {
  const known = coordinations.get(driver);
  if (known) return known;
  const created = new Coordination();
  coordinations.set(driver, created);
  return created;
}
