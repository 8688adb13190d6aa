import { createStorage } from "unstorage";
import type { Storage } from "unstorage";
import { driverOver } from "./interleaved-clients.ts";
import type { Under } from "./interleaved-clients.ts";

/**
 * How a process ends at a driver call: with the call not made, or made and never answered, or lost alone while
 * those that were sent beside it arrive.
 */
export const MANNERS = ["before", "after", "alone"] as const;
export type Manner = (typeof MANNERS)[number];

/** A storage of a process that ends at one of its driver calls, counted from 0. */
export class CrashingStorage {
  readonly storage: Storage;
  #calls = 0;
  #crashed = false;

  constructor(data: Map<string, string>, at: number, manner: Manner, under?: Under) {
    this.storage = createStorage({
      driver: driverOver(
        data,
        (act) => {
          if (this.#crashed && manner !== "alone") throw new Error("crashed");
          if (this.#calls++ !== at) return act();
          this.#crashed = true;
          if (manner === "after") act();
          throw new Error("crashed");
        },
        under,
      ),
    });
  }

  /** False once the task had fewer calls than that. */
  get crashed(): boolean {
    return this.#crashed;
  }
}
