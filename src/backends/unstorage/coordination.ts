import type { Storage } from "unstorage";
import { KeyedQueue } from "../../keyed-queue.ts";
import { CommitClock } from "./commit-clock.ts";

/** What the stores of one process over one storage share, so that they don't overwrite each other. */
export class Coordination {
  readonly queue: KeyedQueue = new KeyedQueue();
  readonly clock: CommitClock = new CommitClock();
}

const coordinations = new WeakMap<Storage, Coordination>();

export function coordinationOf(storage: Storage): Coordination {
  const known = coordinations.get(storage);
  if (known) return known;
  const created = new Coordination();
  coordinations.set(storage, created);
  return created;
}
