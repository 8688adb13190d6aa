import type { Secret } from "../../src/backends/unstorage/index.ts";
import { SecretMismatchError } from "../../src/index.ts";
import type { Secrets } from "./token-model.ts";

const TEXTS = ["the-first", "the-second", "the-third"].map((name) => `${name}-secret-of-thirty-two-characters`);

/** Which secrets each store has, and with which there may be something in the storage. */
export class SecretsInUse {
  readonly #ofStores: Secrets[];
  readonly #inUse = new Set<number>();

  /** @param ofStores where none are named, each store has the same one */
  constructor(ofStores: readonly Secrets[] = []) {
    this.#ofStores = [...ofStores];
  }

  of(store: number): Secrets {
    return this.#ofStores[store] ?? [0];
  }

  give(store: number, secrets: Secrets): void {
    this.#ofStores[store] = secrets;
  }

  option([current, ...previous]: Secrets): { secret: Secret } {
    return { secret: [TEXTS[current]!, ...previous.map((secret) => TEXTS[secret]!)] };
  }

  use(secret: number): void {
    this.#inUse.add(secret);
  }

  retireAll(): void {
    this.#inUse.clear();
  }

  retireAllBut(secret: number): void {
    this.#inUse.clear();
    this.#inUse.add(secret);
  }

  /** Its own, and then those that it lacks: what it finds with its own secrets it would find with all. */
  completed(store: number): Secrets {
    const own = this.of(store);
    return [...own, ...this.#lacking(own)];
  }

  /** Whether the store can read all that is there. */
  suffice(store: number): boolean {
    return this.#lacking(this.of(store)).length === 0;
  }

  /** False where the call says that secrets are missing, and they are; however else it ends, that is its answer. */
  async isAnswered(by: number | Secrets, call: Promise<unknown>): Promise<boolean> {
    const secrets = typeof by === "number" ? this.of(by) : by;
    const error: unknown = await call.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    return !(error instanceof SecretMismatchError && this.#lacking(secrets).length > 0);
  }

  #lacking(secrets: Secrets): number[] {
    return [...this.#inUse].filter((secret) => !secrets.includes(secret));
  }
}

/** Aborted when it has been asked so many times. */
export function abortedAfter(times: number): AbortSignal {
  const controller = new AbortController();
  const { signal } = controller;
  let asked = 0;
  signal.throwIfAborted = () => {
    if (asked++ === times) controller.abort();
    if (signal.aborted) throw signal.reason;
  };
  return signal;
}
