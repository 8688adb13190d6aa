/** A change that a store has made. Carries ids only: never a token, a secret or a user name. */
export type TokenEvent =
  | { readonly type: "saved"; readonly id: string; readonly version: number }
  | { readonly type: "deleted"; readonly id: string }
  | { readonly type: "cleared" };

/** Listeners, and what they are told. */
export class Events<Event> {
  /** Never changed in place, so that who is told of a change is settled when it is told. */
  #listeners: readonly { listener: (event: Event) => void }[] = [];

  subscribe(listener: (event: Event) => void): () => void {
    const entry = { listener };
    this.#listeners = [...this.#listeners, entry];
    return () => void (this.#listeners = this.#listeners.filter((other) => other !== entry));
  }

  emit(event: Event): void {
    // Each listener is given the same one.
    Object.freeze(event);
    for (const entry of this.#listeners) {
      if (!this.#listeners.includes(entry)) continue;
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
    this.#listeners = [];
  }

  /** No more changes are coming. */
  close(): void {
    this.silence();
  }
}

/** The listeners of one store, told of its own changes. */
export class TokenEvents extends Events<TokenEvent> {}
