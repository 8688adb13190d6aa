import { DurableObject } from "cloudflare:workers";

export interface SessionCalls {
  begin(digest: string, tokenId: string, lifetimeMs: number): Promise<void>;
  find(digest: string): Promise<string | undefined>;
  /** Resolves with how many sessions of the user are left. */
  end(digest: string): Promise<number>;
  endAll(): Promise<void>;
}

interface Session {
  tokenId: string;
  expiresAt: number;
}

interface Storage {
  get<Value>(key: string): Promise<Value | undefined>;
  put(key: string, value: unknown): Promise<void>;
  delete(keys: string[]): Promise<number>;
  deleteAll(): Promise<void>;
  list<Value>(): Promise<Map<string, Value>>;
  setAlarm(time: number): Promise<void>;
}

/**
 * The sessions of one user. In a Durable Object, since a log-out has to count at once: Workers KV may go on
 * showing a deleted session elsewhere for a minute. It knows digests and the id of a token, no name and no secret.
 */
export class SessionObject extends DurableObject implements SessionCalls {
  // By this the platform's types know the class of a Durable Object.
  declare readonly __DURABLE_OBJECT_BRAND: never;
  readonly #storage: Storage;

  constructor(context: { storage: Storage }, env: unknown) {
    super(context, env);
    this.#storage = context.storage;
  }

  async begin(digest: string, tokenId: string, lifetimeMs: number): Promise<void> {
    const session: Session = { tokenId, expiresAt: Date.now() + lifetimeMs };
    await this.#storage.put(digest, session);
    await this.#storage.setAlarm(session.expiresAt);
  }

  async find(digest: string): Promise<string | undefined> {
    const session = await this.#storage.get<Session>(digest);
    return session && session.expiresAt > Date.now() ? session.tokenId : undefined;
  }

  async end(digest: string): Promise<number> {
    await this.#storage.delete([digest]);
    return this.#sweep();
  }

  async endAll(): Promise<void> {
    await this.#storage.deleteAll();
  }

  async alarm(): Promise<void> {
    await this.#sweep();
  }

  /** An object with nothing in its storage costs nothing. */
  async #sweep(): Promise<number> {
    const sessions = [...(await this.#storage.list<Session>())];
    const over = sessions.filter(([, { expiresAt }]) => expiresAt <= Date.now());
    if (over.length === sessions.length) await this.#storage.deleteAll();
    else if (over.length > 0) await this.#storage.delete(over.map(([digest]) => digest));
    return sessions.length - over.length;
  }
}
