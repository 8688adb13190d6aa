import type { DriverCall } from "./instrumented-driver.ts";

/** Calls of a driver, by what they do. */
export interface CallCounts {
  /** `getItem`, `getItems` and `hasItem`. */
  reads: number;
  /** `setItem` */
  writes: number;
  /** `removeItem` */
  removals: number;
  /** `getKeys` */
  lists: number;
}

/** Counts a driver's reads, writes, removals and lists, by `instrumentDriver(driver, calls.count)`; a batch is one read. */
export class DriverCalls implements CallCounts {
  reads = 0;
  writes = 0;
  removals = 0;
  lists = 0;

  /** To be given to `instrumentDriver`; needs no `this`. */
  readonly count = (call: DriverCall): void => {
    if (call === "setItem") this.writes++;
    else if (call === "removeItem") this.removals++;
    else if (call === "getKeys") this.lists++;
    else this.reads++;
  };

  /** The calls that the task made, and nobody else meanwhile. */
  async during(task: () => Promise<unknown>): Promise<CallCounts> {
    const { reads, writes, removals, lists } = this;
    await task();
    return { reads: this.reads - reads, writes: this.writes - writes, removals: this.removals - removals, lists: this.lists - lists };
  }
}
