/** A change that a store has made. Carries ids only: never a token, a secret or a user name. */
export type TokenEvent =
  | { readonly type: "saved"; readonly id: string; readonly version: number }
  | { readonly type: "deleted"; readonly id: string }
  | { readonly type: "cleared" };

/** Listeners, and what they are told. */
export class Events<Event> {
  readonly #listeners = new Set<{ listener: (event: Event) => void }>();

  subscribe(listener: (event: Event) => void): () => void {
    const entry = { listener };
    this.#listeners.add(entry);
    return () => void this.#listeners.delete(entry);
  }

  emit(event: Event): void {
    // Those of now: one that subscribes anew while it is told would else be told for ever.
    for (const entry of [...this.#listeners]) {
      if (!this.#listeners.has(entry)) continue;
      try {
        entry.listener(event);
      } catch (error) {
        // As EventTarget does: a listener's fault is reported, and neither the save nor the others suffer.
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }

  /** From now on the listeners hear nothing, of changes under way neither. */
  silence(): void {
    this.#listeners.clear();
  }

  /** No more changes are coming. */
  close(): void {
    this.silence();
  }
}

/** The listeners of one store, told of its own changes. */
export class TokenEvents extends Events<TokenEvent> {}
