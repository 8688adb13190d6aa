/** A clock, and what moves it. */
export interface ManualClock {
  /** To be given to a store as its option `now`; needs no `this`. */
  readonly now: () => number;
  /** Moves the clock by so many milliseconds, backwards where they are below zero. */
  readonly advance: (milliseconds: number) => void;
}

/** A clock that moves by hand, from this instant on, in epoch milliseconds. */
export function manualClock(start = 1_700_000_000_000): ManualClock {
  let time = start;
  return { now: () => time, advance: (milliseconds) => void (time += milliseconds) };
}
