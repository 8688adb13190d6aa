/**
 * First come, first served per key, within this process. Tasks that share a key run one after the
 * other; all others run side by side. A task takes all its keys in one step, so no two tasks can wait
 * for each other.
 */
export class KeyedQueue {
  readonly #tails = new Map<string, Promise<void>>();

  run<Result>(keys: readonly string[], task: () => Promise<Result>): Promise<Result> {
    const before = keys.map((key) => this.#tails.get(key)).filter((tail) => tail !== undefined);
    const result = before.length > 0 ? Promise.all(before).then(task) : task();
    const leave = (): void => {
      for (const key of keys) if (this.#tails.get(key) === tail) this.#tails.delete(key);
    };
    const tail = result.then(leave, leave);
    for (const key of keys) this.#tails.set(key, tail);
    return result;
  }

  /** Resolves when all that was queued so far is over, however it ended. */
  async idle(): Promise<void> {
    await Promise.all(this.#tails.values());
  }
}
