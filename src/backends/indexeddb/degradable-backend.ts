import type { Backend, StoredRecord } from "../../backend.ts";
import { StoreUnavailableError } from "../../errors.ts";
import type { Keyring } from "../../sealing/keyring.ts";
import { pageKeyring } from "../../sealing/page-keyring.ts";
import { MemoryBackend } from "../memory.ts";
import type { IndexedDBBackend } from "./backend.ts";
import { KeysRefusedError } from "./keys-refused-error.ts";

/** What either engine has of the port; a member that is optional there must be here, too, lest it be lost on the way. */
type Forwarded = Required<Pick<Backend, keyof Backend & (keyof IndexedDBBackend | keyof MemoryBackend)>>;

/**
 * IndexedDB, and memory for the life of this page from the moment that the browser refuses it, or to keep the
 * keys: a token on disk in plain text would be worse than a login that a reload ends.
 */
export class DegradableBackend implements Backend, Forwarded {
  readonly #indexedDB: IndexedDBBackend;
  readonly #onDegraded: (reason: StoreUnavailableError) => void;
  #active: Backend;
  #keyring: () => Promise<Keyring>;

  constructor(indexedDB: IndexedDBBackend, onDegraded: (reason: StoreUnavailableError) => void) {
    this.#indexedDB = indexedDB;
    this.#active = indexedDB;
    this.#keyring = () => indexedDB.keyring();
    this.#onDegraded = onDegraded;
  }

  get capabilities(): Backend["capabilities"] {
    return this.#active.capabilities;
  }

  get comparesBodies(): boolean {
    return this.#active.comparesBodies ?? false;
  }

  get sealed(): boolean {
    return this.#active === this.#indexedDB;
  }

  async keyring(): Promise<Keyring> {
    const keyring = this.#keyring;
    try {
      return await keyring();
    } catch (error) {
      if (!(error instanceof KeysRefusedError)) throw error;
      // Of several calls that fail at once, the first changes over.
      if (this.#keyring === keyring) this.#degrade(error);
      return this.#keyring();
    }
  }

  read(...query: Parameters<Backend["read"]>): Promise<StoredRecord | undefined> {
    return this.#active.read(...query);
  }

  lookup(...query: Parameters<Backend["lookup"]>): Promise<StoredRecord[]> {
    return this.#active.lookup(...query);
  }

  commit(previous: StoredRecord | undefined, next: StoredRecord | undefined): Promise<boolean> {
    return this.#active.commit(previous, next);
  }

  scan(options: { pageSize: number }): AsyncIterable<StoredRecord[]> {
    return this.#active.scan(options);
  }

  async clear(): Promise<void> {
    if (!this.sealed) await this.#active.clear();
    try {
      // What an earlier page kept goes, too: the browser may give the keys to a later one.
      await this.#indexedDB.clear();
    } catch (error) {
      // Where there is no way to the disk, there is nothing to be found on it either.
      if (!(error instanceof KeysRefusedError)) throw error;
    }
  }

  async close(): Promise<void> {
    await this.#active.close();
    await this.#indexedDB.close();
  }

  #degrade({ message, cause }: KeysRefusedError): void {
    const keyring = Promise.resolve(pageKeyring());
    this.#active = new MemoryBackend();
    this.#keyring = () => keyring;
    const reason = new StoreUnavailableError(`${message} Tokens stay in memory and are gone with this page.`, { cause });
    queueMicrotask(() => this.#onDegraded(reason));
  }
}
