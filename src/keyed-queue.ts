/**
 * First come, first served per key, within this process. Tasks that share a key run one after the
 * other; all others run side by side. A task takes all its keys in one step, so no two tasks can wait
 * for each other.
 */
export class KeyedQueue {
  readonly #tails = new Map<string, Promise<unknown>>();

  run<Result>(keys: readonly string[], task: () => Promise<Result>): Promise<Result> {
    const before = Promise.all(keys.map((key) => this.#tails.get(key)));
    const result = before.then(task);
    const tail = result.then(
      () => {},
      () => {},
    );
    for (const key of keys) this.#tails.set(key, tail);
    void tail.then(() => {
      for (const key of keys) if (this.#tails.get(key) === tail) this.#tails.delete(key);
    });
    return result;
  }

  /** Resolves when all that was queued so far is over, however it ended. */
  async idle(): Promise<void> {
    await Promise.all(this.#tails.values());
  }
}
