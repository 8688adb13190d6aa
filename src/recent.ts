interface Entry<Value> {
  readonly key: string;
  value: Value;
  /** Asked for since the hand was here last. */
  used: boolean;
}

/**
 * A map of so many entries that forgets what was not used for long, by the clock algorithm: a hand goes round over all
 * entries, passes those that were used since its last round, and takes the first that was not. Other than with an order
 * of use to be kept, a hit writes nothing but a flag.
 */
export class Recent<Value> {
  readonly #entries = new Map<string, Entry<Value>>();
  readonly #circle: Entry<Value>[] = [];
  readonly #limit: number;
  #hand = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get(key: string): Value | undefined {
    const entry = this.#entries.get(key);
    if (!entry) return undefined;
    entry.used = true;
    return entry.value;
  }

  set(key: string, value: Value): void {
    const known = this.#entries.get(key);
    if (known) {
      known.value = value;
      known.used = true;
      return;
    }
    const entry = { key, value, used: false };
    if (this.#circle.length < this.#limit) this.#circle.push(entry);
    else this.#circle[this.#nextPlace()] = entry;
    this.#entries.set(key, entry);
  }

  delete(key: string): void {
    const entry = this.#entries.get(key);
    if (!entry) return;
    this.#entries.delete(key);
    const place = this.#circle.indexOf(entry);
    const last = this.#circle.pop()!;
    if (last !== entry) this.#circle[place] = last;
    this.#hand = 0;
  }

  clear(): void {
    this.#entries.clear();
    this.#circle.length = 0;
    this.#hand = 0;
  }

  /** Where an entry is given up for another. */
  #nextPlace(): number {
    for (;;) {
      const place = this.#hand;
      const entry = this.#circle[place]!;
      this.#hand = (place + 1) % this.#limit;
      if (!entry.used) {
        this.#entries.delete(entry.key);
        return place;
      }
      entry.used = false;
    }
  }
}
