import type { RedisClient } from "./client.ts";

interface Waiting {
  readonly key: string;
  readonly resolve: (text: string | null | Promise<string | null>) => void;
  readonly reject: (reason: unknown) => void;
}

/** So that no read keeps the server from others for long. */
const LARGEST_BATCH = 100;

/**
 * Of the reads that are asked for in one turn of the event loop the first goes to the server at once, as a plain GET, and the others
 * together: a command each would be a write to the socket each, which takes longer than all else about it.
 */
export class ReadBatches {
  readonly #client: RedisClient;
  /** What came after the first of this turn; undefined until there is a first. */
  #others: Waiting[] | undefined;

  constructor(client: RedisClient) {
    this.#client = client;
  }

  get(key: string): Promise<string | null> {
    const waiting = this.#others;
    if (waiting) return new Promise((resolve, reject) => waiting.push({ key, resolve, reject }));
    const others: Waiting[] = (this.#others = []);
    // A promise's turn costs less than `queueMicrotask`, which in Node takes along the context of the call.
    void Promise.resolve().then(() => this.#endTurn(others));
    try {
      return this.#client.get(key);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  #endTurn(others: readonly Waiting[]): void {
    this.#others = undefined;
    for (let start = 0; start < others.length; start += LARGEST_BATCH) {
      void this.#sendBatch(others.slice(start, start + LARGEST_BATCH));
    }
  }

  async #sendBatch(batch: readonly Waiting[]): Promise<void> {
    try {
      const [first = "", ...others] = batch.map(({ key }) => key);
      const texts = others.length > 0 ? await this.#client.mget(first, ...others) : [];
      // What is no text MGET gives as nothing, where GET says what it is.
      batch.forEach(({ key, resolve }, position) => resolve(texts[position] ?? this.#client.get(key)));
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  }
}
