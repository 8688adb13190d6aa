import type { RedisClient } from "./client.ts";

interface Waiting {
  readonly key: string;
  readonly resolve: (text: string | null | Promise<string | null>) => void;
  readonly reject: (reason: unknown) => void;
}

/** So that no read keeps the server from others for long. */
const LARGEST_BATCH = 100;

/**
 * Reads that are asked for in one turn of the event loop go to the server together: a command each would be a write to the
 * socket each, which takes longer than all else about it. A read that comes alone is a plain GET.
 */
export class ReadBatches {
  readonly #client: RedisClient;
  #waiting: Waiting[] = [];

  constructor(client: RedisClient) {
    this.#client = client;
  }

  get(key: string): Promise<string | null> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ key, resolve, reject });
      // A promise's turn costs less than `queueMicrotask`, which in Node takes along the context of the call.
      if (this.#waiting.length === 1) void Promise.resolve().then(() => this.#send());
    });
  }

  #send(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (let start = 0; start < waiting.length; start += LARGEST_BATCH) {
      void this.#sendBatch(waiting.slice(start, start + LARGEST_BATCH));
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
