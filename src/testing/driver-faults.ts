import type { DriverCall } from "./instrumented-driver.ts";

/** What an unstorage driver throws where it is made to fail. */
export class DriverFaultError extends Error {
  override readonly name = "DriverFaultError";
  /** As an operating system says it. */
  readonly code = "EIO";
}

/** Makes a driver fail at will: `instrumentDriver(driver, faults.before)`. */
export class DriverFaults {
  readonly #failing = new Map<DriverCall, number>();
  #writesLeft = Number.POSITIVE_INFINITY;
  #crashed = false;

  /** To be given to `instrumentDriver`; needs no `this`. */
  readonly before = (call: DriverCall): void => {
    const failures = this.#failing.get(call) ?? 0;
    if (failures > 0) {
      this.#failing.set(call, failures - 1);
      throw new DriverFaultError(`${call} was made to fail`);
    }
    if (call === "setItem" || call === "removeItem") this.#writesLeft--;
    this.#crashed ||= this.#writesLeft < 0;
    if (this.#crashed) throw new DriverFaultError("the process was made to crash");
  };

  /** The next `times` calls of this kind fail and do nothing; `Infinity` for all from now on. */
  fail(call: DriverCall, times = 1): void {
    this.#failing.set(call, times);
  }

  /** So many more writes and removals are done; the one after them and every call from then on fails, as if the process were gone. */
  crashAfter(writes: number): void {
    this.#writesLeft = writes;
  }

  /** All is well again. */
  recover(): void {
    this.#failing.clear();
    this.#crashed = false;
    this.#writesLeft = Number.POSITIVE_INFINITY;
  }
}
