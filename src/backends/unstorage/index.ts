/**
 * A store over any [unstorage](https://unstorage.unjs.io) driver: Redis, Cloudflare KV, files, SQL.
 *
 * @module edge-token-store/unstorage
 */
import type { Storage } from "unstorage";
import { Engine } from "../../engine.ts";
import { OptionInvalidError } from "../../errors.ts";
import { parseOptions } from "../../options.ts";
import type { TokenStoreOptions } from "../../options.ts";
import { KeyRegister } from "../../sealing/key-register.ts";
import { parseSecret, secretKeyring } from "../../sealing/secret.ts";
import type { Secret } from "../../sealing/secret.ts";
import type { EdgeTokenStore } from "../../token-store.ts";
import { UnstorageBackend } from "./backend.ts";

export type { Secret, SingleSecret } from "../../sealing/secret.ts";

/** What a store over unstorage takes beside the options of all stores. */
export interface UnstorageTokenStoreOptions extends TokenStoreOptions {
  /**
   * Seals the records and keys the digests that stand in the storage's keys. Keep it out of the storage
   * and of the source. `[current, ...previous]` reads what any of them wrote and writes with the first;
   * `false` stores tokens in plain text.
   */
  secret: Secret;
  /**
   * For a Redis Cluster: puts the namespace in braces in every key, so that all lie in one slot and saves are
   * atomic; they don't spread over the cluster then. Default false. Tokens that were saved without it are not
   * found with it, nor the other way round.
   */
  hashTag?: boolean;
}

/**
 * A store over any unstorage driver: Redis, Cloudflare KV, the filesystem, SQL, memory.
 *
 * The storage stays the caller's: `close()` does not dispose of it, and other data in it is left alone.
 * Stores over one driver don't overwrite each other, nor do those over a `prefixStorage` of it. Across processes they don't either where
 * `capabilities.atomic` says so; elsewhere the last save of a record wins, whole.
 *
 * @throws {OptionInvalidError} on an unknown option or one of the wrong type
 * @throws {SecretWeakError} where the secret has fewer than 32 characters
 */
export function createUnstorageTokenStore(storage: Storage, options: UnstorageTokenStoreOptions): EdgeTokenStore {
  const parsed = parseOptions(options, ["secret", "hashTag"]);
  const secrets = parseSecret(options.secret);
  if (typeof storage?.getItem !== "function" || typeof storage.getMount !== "function") {
    throw new OptionInvalidError("The first argument must be a storage made with unstorage's createStorage({ driver }).");
  }
  const { hashTag = false } = options;
  if (typeof hashTag !== "boolean") throw new OptionInvalidError("The option hashTag must be true or false.");
  const backend = new UnstorageBackend(storage, parsed.namespace, hashTag);
  return new Engine({
    backend,
    keyring: secretKeyring(secrets, parsed.namespace),
    register: new KeyRegister(backend),
    sealed: secrets[0] !== false,
    options: parsed,
  });
}
