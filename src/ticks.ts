/** Orders the saves of one millisecond: 0 for the first, counting up. */
export class Ticks {
  #at = 0;
  #tick = 0;

  next(now: number): number {
    this.#tick = now === this.#at ? this.#tick + 1 : 0;
    this.#at = now;
    return this.#tick;
  }
}
