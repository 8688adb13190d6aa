import type { EdgeTokenStore, StoredToken } from "edge-token-store";

export type TokenState =
  | { readonly status: "loading" }
  | { readonly status: "ready"; readonly token: StoredToken | null }
  | { readonly status: "error"; readonly error: unknown };

const LOADING: TokenState = { status: "loading" };

/**
 * One user's token in the shape that `useSyncExternalStore` wants: a snapshot that is the same object until
 * something changes. It listens to the store while somebody listens to it, and does nothing before.
 */
export class TokenSource {
  readonly #store: EdgeTokenStore;
  readonly #userName: string;
  readonly #listeners = new Set<() => void>();
  #snapshot: TokenState = LOADING;
  #stop: (() => void) | undefined;
  #reading = false;
  #readAgain = false;

  constructor(store: EdgeTokenStore, userName: string) {
    this.#store = store;
    this.#userName = userName;
  }

  readonly getSnapshot = (): TokenState => this.#snapshot;

  readonly subscribe = (listener: () => void): (() => void) => {
    // A listener of one's own, so that whoever passes the same function twice hears twice and ends each once.
    const entry = (): void => listener();
    this.#listeners.add(entry);
    if (this.#stop === undefined) {
      // An event carries an id and no user name: it may always be this user's.
      this.#stop = this.#store.subscribe(this.reload);
      this.reload();
    }
    return () => {
      if (!this.#listeners.delete(entry) || this.#listeners.size > 0) return;
      this.#stop?.();
      this.#stop = undefined;
      // From here on nobody would tell it of a log-out.
      this.#snapshot = LOADING;
    };
  };

  /** Reads the token again, after an error for instance. */
  readonly reload = (): void => {
    this.#readAgain = true;
    if (!this.#reading) void this.#read();
  };

  /** One read at a time, so that no older answer arrives after a newer one. */
  async #read(): Promise<void> {
    this.#reading = true;
    while (this.#readAgain && this.#stop !== undefined) {
      this.#readAgain = false;
      const stop = this.#stop;
      const next = await this.#store.findToken({ userName: this.#userName }).then(
        (token): TokenState => ({ status: "ready", token }),
        (error: unknown): TokenState => ({ status: "error", error }),
      );
      // Whoever asked may be gone, and others may have come instead: those have asked for a read of their own.
      if (stop === this.#stop) this.#change(next);
    }
    this.#reading = false;
  }

  #change(next: TokenState): void {
    this.#snapshot = next;
    for (const listener of this.#listeners) listener();
  }
}
