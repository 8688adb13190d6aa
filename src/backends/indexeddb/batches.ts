interface Waiting<Task, Result> {
  readonly task: Task;
  readonly resolve: (result: Result) => void;
  readonly reject: (reason: unknown) => void;
}

export interface BatchOptions<Task> {
  /** Asked once a batch, then of each task in turn: whether it may share that batch. Default: all may. */
  readonly selector?: () => (task: Task) => boolean;
  /** Whether one task may have failed the whole batch; then each is run again, alone. Default: never. */
  readonly isOneTasksFault?: (error: unknown) => boolean;
}

/**
 * Runs tasks in batches, one at a time: what is asked for while a batch runs goes into the next one, all
 * together. A task that comes alone starts at once. To open and end a transaction costs IndexedDB several
 * times what a request in it does.
 */
export class Batches<Task, Result> {
  readonly #run: (tasks: readonly Task[]) => Promise<readonly Result[]>;
  readonly #selector: () => (task: Task) => boolean;
  readonly #isOneTasksFault: (error: unknown) => boolean;
  #waiting: Waiting<Task, Result>[] = [];
  #running = false;

  constructor(run: (tasks: readonly Task[]) => Promise<readonly Result[]>, options: BatchOptions<Task> = {}) {
    this.#run = run;
    this.#selector = options.selector ?? (() => () => true);
    this.#isOneTasksFault = options.isOneTasksFault ?? (() => false);
  }

  add(task: Task): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ task, resolve, reject });
      if (!this.#running) void this.#runAll();
    });
  }

  async #runAll(): Promise<void> {
    this.#running = true;
    // What is asked for in the same turn shall share the first batch.
    await Promise.resolve();
    while (this.#waiting.length > 0) await this.#runBatch(this.#take());
    this.#running = false;
  }

  #take(): Waiting<Task, Result>[] {
    const [batch, later]: Waiting<Task, Result>[][] = [[], []];
    const fits = this.#selector();
    for (const one of this.#waiting) (fits(one.task) ? batch : later)!.push(one);
    this.#waiting = later!;
    return batch!;
  }

  async #runBatch(batch: readonly Waiting<Task, Result>[]): Promise<void> {
    try {
      const results = await this.#run(batch.map(({ task }) => task));
      batch.forEach(({ resolve }, position) => resolve(results[position]!));
    } catch (error) {
      if (batch.length > 1 && this.#isOneTasksFault(error)) for (const one of batch) await this.#runBatch([one]);
      else for (const { reject } of batch) reject(error);
    }
  }
}
