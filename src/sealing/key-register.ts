import type { Backend, StoredRecord } from "../backend.ts";
import { RecordCorruptError } from "../errors.ts";
import { retryCommit } from "../retry-commit.ts";
import { secretMismatch } from "./keyring.ts";
import type { Key, Keyring } from "./keyring.ts";

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

  /**
   * @throws {SecretMismatchError} where a key has written here that is not on the ring
   * @throws {RecordCorruptError} where the register can't be read: then nobody knows
   */
  async assertReadable(keyring: Keyring): Promise<void> {
    await this.#read(keyring);
  }

  /** Whether the key has written here; false where the register can't be read. */
  async has(keyId: string): Promise<boolean> {
    return idsIn(await this.#backend.read(REGISTER_KEY))?.includes(keyId) ?? false;
  }

  async isDamaged(): Promise<boolean> {
    return idsIn(await this.#backend.read(REGISTER_KEY)) === undefined;
  }

  /** Writes one that is damaged anew, with the keys that records name. */
  async restore(keyIds: Iterable<string>, current: Key): Promise<boolean> {
    const record = await this.#backend.read(REGISTER_KEY);
    return idsIn(record) === undefined && this.#write(record, [...keyIds], current);
  }

  /** Enters the current key, before its first record is written. @throws {SecretMismatchError} as above */
  async enter(keyring: Keyring): Promise<void> {
    await this.#update(keyring, (ids) => (ids.includes(keyring.current.id) ? ids : [...ids, keyring.current.id]));
  }

  /** Leaves only the current key, once nothing is left that another one wrote. */
  async retirePrevious(keyring: Keyring): Promise<void> {
    await this.#update(keyring, () => [keyring.current.id]);
  }

  async #read(keyring: Keyring): Promise<{ record: StoredRecord | undefined; ids: readonly string[] }> {
    const record = await this.#backend.read(REGISTER_KEY);
    const ids = idsIn(record);
    if (!ids) throw registerCorrupt();
    if (ids.every((known) => keyring.keys.some(({ id }) => id === known))) return { record, ids };
    throw secretMismatch();
  }

  async #update(keyring: Keyring, change: (ids: readonly string[]) => readonly string[]): Promise<void> {
    await retryCommit(async () => {
      const { record, ids } = await this.#read(keyring);
      const keyIds = change(ids);
      if (record && keyIds.length === ids.length) return true;
      return (await this.#write(record, keyIds, keyring.current)) || undefined;
    });
  }

  #write(record: StoredRecord | undefined, keyIds: readonly string[], current: Key): Promise<boolean> {
    // The nonce makes it like no other: who reads it in two ways can tell whether both lead to the same storage.
    const body = { keyIds, nonce: crypto.randomUUID() };
    return this.#backend.commit(record, { key: REGISTER_KEY, version: (record?.version ?? 0) + 1, keyId: current.id, index: {}, body });
  }
}

/** None where there is no register; undefined where there is one that no store has written so. */
function idsIn(record: StoredRecord | undefined): readonly string[] | undefined {
  if (!record) return [];
  const { keyIds } = (record.body ?? {}) as { keyIds?: unknown };
  return Array.isArray(keyIds) && keyIds.length > 0 && keyIds.every((id) => typeof id === "string") ? keyIds : undefined;
}

export function registerCorrupt(): RecordCorruptError {
  return new RecordCorruptError(
    REGISTER_KEY,
    "The key register is damaged, so a wrong secret can't be told from an empty storage. Mend it by checkTokens(store, { repair: true }), with the right secret.",
  );
}
