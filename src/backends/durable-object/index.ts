/**
 * A strongly consistent store in Cloudflare's Durable Objects: the class that a Worker exports, and the store over its binding.
 *
 * @module edge-token-store/durable-object
 */
import { Engine } from "../../engine.ts";
import { OptionInvalidError } from "../../errors.ts";
import { parseOptions } from "../../options.ts";
import type { TokenStoreOptions } from "../../options.ts";
import { KeyRegister } from "../../sealing/key-register.ts";
import { parseSecret, secretKeyring } from "../../sealing/secret.ts";
import type { Secret } from "../../sealing/secret.ts";
import type { EdgeTokenStore } from "../../token-store.ts";
import { DurableObjectBackend } from "./backend.ts";
import { assertNamespace } from "./object-call.ts";
import type { LockCalls, ObjectNamespace, RecordCalls } from "./protocol.ts";
import { MAX_SHARD } from "./shards.ts";
import { TokenStoreObject as Implementation } from "./token-store-object.ts";

export type { Secret, SingleSecret } from "../../sealing/secret.ts";
export type { ObjectNamespace } from "./protocol.ts";

/**
 * The Durable Object class for a Worker to export, with SQLite storage (`new_sqlite_classes`). It serves stores and locks, each in
 * objects of their own. Its methods are theirs to call, and may change with any version.
 */
export interface TokenStoreObject extends RecordCalls, LockCalls {
  /** By this the platform's types know the class of a Durable Object. */
  readonly __DURABLE_OBJECT_BRAND: never;
  /** The platform calls it: a lock passes on when its lease has run out. */
  alarm(): Promise<void>;
}

/** The class itself, for the Worker's main module to export. */
// Typed without the types of Workers: who uses the library elsewhere has none of them.
export const TokenStoreObject: new (context: never, env: never) => TokenStoreObject = Implementation;

/** What a store in Durable Objects takes beside the options of all stores. */
export interface DurableObjectTokenStoreOptions extends TokenStoreOptions {
  /**
   * Seals the records and keys the digests, in the Worker: the object sees neither. Keep it out of the source.
   * `[current, ...previous]` reads what any of them wrote and writes with the first; `false` stores tokens in plain text.
   */
  secret: Secret;
  /**
   * Over how many objects to spread the records, 1 to 256; default 1, which serves some hundred requests a second. A record
   * and its index stay together in one object. Look-ups by id and by user with a client ask one object, all others ask
   * every object at once. It can't be changed later: a store with another number than its namespace was written with
   * rejects with `ERR_OPTION_INVALID`.
   */
  shard?: number;
}

/**
 * A store in Durable Objects on Cloudflare: strongly consistent, compared and written in one transaction.
 *
 * Failures that pass are tried again, three times in all. A store costs nothing to create: make one for each request.
 *
 * @param namespace the Worker's binding to the class `TokenStoreObject`
 * @throws {OptionInvalidError} on an unknown option or one of the wrong type, or where `namespace` is no such binding
 * @throws {SecretWeakError} where the secret has fewer than 32 characters
 */
export function createDurableObjectTokenStore(namespace: ObjectNamespace, options: DurableObjectTokenStoreOptions): EdgeTokenStore {
  const parsed = parseOptions(options, ["secret", "shard"]);
  const secrets = parseSecret(options.secret);
  const { shard = 1 } = options;
  if (!Number.isSafeInteger(shard) || shard < 1 || shard > MAX_SHARD) {
    throw new OptionInvalidError(`The option shard must be a whole number from 1 to ${MAX_SHARD}.`);
  }
  assertNamespace(namespace);
  const backend = new DurableObjectBackend(namespace, parsed.namespace, { moving: secrets.length > 1, shard });
  return new Engine({
    backend,
    keyring: secretKeyring(secrets, parsed.namespace),
    register: new KeyRegister(backend),
    sealed: secrets[0] !== false,
    options: parsed,
  });
}
