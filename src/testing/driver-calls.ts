import type { DriverCall } from "./instrumented-driver.ts";

export interface CallCounts {
  reads: number;
  writes: number;
  removals: number;
  lists: number;
}

/** Counts a driver's reads, writes, removals and lists, by `instrumentDriver(driver, calls.count)`; a batch is one read. */
export class DriverCalls implements CallCounts {
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
  async during(task: () => Promise<unknown>): Promise<CallCounts> {
    const { reads, writes, removals, lists } = this;
    await task();
    return { reads: this.reads - reads, writes: this.writes - writes, removals: this.removals - removals, lists: this.lists - lists };
  }
}
