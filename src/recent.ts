/**
 * A map of so many entries at most that keeps those used lately: at least the last half as many.
 *
 * Two maps, of which the older one goes as a whole when the younger one is full. One map that loses an entry for each that it
 * gains is rehashed again and again, and in V8 each table that was given up keeps the next one alive, with all that was ever
 * put into it, until the next full collection: that costs a look-up as much as decryption does.
 */
export class Recent<Value> {
  readonly #limit: number;
  readonly #half: number;
  #younger = new Map<string, Value>();
  #older = new Map<string, Value>();

  constructor(limit: number) {
    this.#limit = limit;
    this.#half = Math.max(1, Math.floor(limit / 2));
  }

  get(key: string): Value | undefined {
    const value = this.#younger.get(key);
    if (value !== undefined) return value;
    const older = this.#older.get(key);
    if (older !== undefined) this.set(key, older);
    return older;
  }

  set(key: string, value: Value): void {
    if (this.#younger.size >= this.#half && !this.#younger.has(key)) {
      this.#older = this.#limit > 1 ? this.#younger : new Map();
      this.#younger = new Map();
    }
    this.#younger.set(key, value);
  }

  delete(key: string): void {
    this.#younger.delete(key);
    this.#older.delete(key);
  }

  clear(): void {
    this.#younger.clear();
    this.#older.clear();
  }
}
