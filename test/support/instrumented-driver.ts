import type { Driver } from "unstorage";

/** The driver's calls that touch the storage. */
const DRIVER_CALLS = ["hasItem", "getItem", "getItems", "setItem", "removeItem", "getKeys"] as const;
export type DriverCall = (typeof DRIVER_CALLS)[number];

/** A driver that asks first: `before` may count the call, delay it, or throw in its place. */
export function instrumentDriver(driver: Driver, before: (call: DriverCall, key: string) => void | Promise<void>): Driver {
  const instrumented: Driver = { ...driver };
  for (const call of DRIVER_CALLS) {
    const original = driver[call] as ((...args: unknown[]) => unknown) | undefined;
    if (!original) continue;
    (instrumented[call] as unknown) = async (...args: unknown[]) => {
      await before(call, String(args[0]));
      return original(...args);
    };
  }
  return instrumented;
}

/** Counts reads, writes, removals and lists; a batch is one read. */
export class DriverCalls {
  reads = 0;
  writes = 0;
  removals = 0;
  lists = 0;

  readonly count = (call: DriverCall): void => {
    if (call === "setItem") this.writes++;
    else if (call === "removeItem") this.removals++;
    else if (call === "getKeys") this.lists++;
    else this.reads++;
  };

  /** The calls that the task made, and nobody else meanwhile. */
  async during(task: () => Promise<unknown>): Promise<{ reads: number; writes: number; removals: number; lists: number }> {
    const { reads, writes, removals, lists } = this;
    await task();
    return { reads: this.reads - reads, writes: this.writes - writes, removals: this.removals - removals, lists: this.lists - lists };
  }
}
