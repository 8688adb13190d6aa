/** A map whose values go by themselves, at an instant of whatever clock the caller has. */
export class ExpiringMap<Value> {
  readonly #entries = new Map<string, { readonly value: Value; readonly until: number }>();
  /** At this size those that are over are swept out. It doubles with what stays, so that no write costs more for many entries. */
  #sweepAt = 64;

  /** Those that are over and not swept yet among them. */
  get size(): number {
    return this.#entries.size;
  }

  get(key: string, now: number): Value | undefined {
    const entry = this.#entries.get(key);
    return entry && entry.until > now ? entry.value : undefined;
  }

  set(key: string, value: Value, { until, now }: { until: number; now: number }): void {
    this.#entries.set(key, { value, until });
    if (this.#entries.size < this.#sweepAt) return;
    for (const [other, entry] of this.#entries) if (entry.until <= now) this.#entries.delete(other);
    this.#sweepAt = Math.max(64, 2 * this.#entries.size);
  }

  delete(key: string): void {
    this.#entries.delete(key);
  }
}
