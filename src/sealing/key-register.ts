import type { Backend, StoredRecord } from "../backend.ts";
import { retryCommit } from "../retry-commit.ts";
import { secretMismatch } from "./keyring.ts";
import type { Keyring } from "./keyring.ts";

/** No digest, so never a token's: listings pass it over. */
export const REGISTER_KEY = "keys";

/**
 * Which keys have written in a namespace, by their ids. With another secret every digest is another, so
 * that all tokens seem to be gone: this record tells a wrong secret from an empty storage.
 */
export class KeyRegister {
  readonly #backend: Backend;

  constructor(backend: Backend) {
    this.#backend = backend;
  }

  /** @throws {SecretMismatchError} where a key has written here that is not on the ring */
  async assertReadable(keyring: Keyring): Promise<void> {
    await this.#read(keyring);
  }

  /** Whether the key has written here. */
  async has(keyId: string): Promise<boolean> {
    return idsIn(await this.#backend.read(REGISTER_KEY)).includes(keyId);
  }

  /** Enters the current key, before its first record is written. @throws {SecretMismatchError} as above */
  async enter(keyring: Keyring): Promise<void> {
    await this.#update(keyring, (ids) => (ids.includes(keyring.current.id) ? ids : [...ids, keyring.current.id]));
  }

  /** Leaves only the current key, once nothing is left that another one wrote. */
  async retirePrevious(keyring: Keyring): Promise<void> {
    await this.#update(keyring, () => [keyring.current.id]);
  }

  async #read(keyring: Keyring): Promise<StoredRecord | undefined> {
    const record = await this.#backend.read(REGISTER_KEY);
    if (idsIn(record).every((known) => keyring.keys.some(({ id }) => id === known))) return record;
    throw secretMismatch();
  }

  async #update(keyring: Keyring, change: (ids: readonly string[]) => readonly string[]): Promise<void> {
    await retryCommit(async () => {
      const record = await this.#read(keyring);
      const ids = idsIn(record);
      const keyIds = change(ids);
      if (record && keyIds.length === ids.length) return true;
      // The nonce makes it like no other: who reads it in two ways can tell whether both lead to the same storage.
      const body = { keyIds, nonce: crypto.randomUUID() };
      const next = { key: REGISTER_KEY, version: (record?.version ?? 0) + 1, keyId: keyring.current.id, index: {}, body };
      return (await this.#backend.commit(record, next)) || undefined;
    });
  }
}

function idsIn(record: StoredRecord | undefined): readonly string[] {
  const { keyIds } = (record?.body ?? {}) as { keyIds?: unknown };
  return Array.isArray(keyIds) ? keyIds.filter((id) => typeof id === "string") : [];
}
