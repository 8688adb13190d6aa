/**
 * A store over a backend of your own, and what such a backend needs.
 *
 * @module edge-token-store/backend
 */
import type { Backend } from "../../backend.ts";
import { Engine } from "../../engine.ts";
import { OptionInvalidError } from "../../errors.ts";
import { assertOption, parseOptions } from "../../options.ts";
import type { TokenStoreOptions } from "../../options.ts";
import { KeyRegister } from "../../sealing/key-register.ts";
import { parseSecret, secretKeyring } from "../../sealing/secret.ts";
import type { Secret } from "../../sealing/secret.ts";
import type { EdgeTokenStore } from "../../token-store.ts";

export { INDEX_NAMES, isSameRecord, parseRecord } from "../../backend.ts";
export type {
  Backend,
  Capabilities,
  IndexCheck,
  IndexCheckOptions,
  IndexCounts,
  IndexName,
  RecordIndex,
  StoredRecord,
} from "../../backend.ts";
export { safeCause } from "../../cause.ts";
export type { Secret, SingleSecret } from "../../sealing/secret.ts";

/** What a store over a backend of your own takes beside the options of all stores. */
export interface CustomTokenStoreOptions extends TokenStoreOptions {
  /** Makes the backend that keeps the records of this namespace; called once, when all options have proven good. */
  backend: (namespace: string) => Backend;
  /**
   * Seals the records and keys the digests, before the backend sees them. Keep it out of the storage and of the source.
   * `[current, ...previous]` reads what any of them wrote and writes with the first; `false` stores tokens in plain text.
   */
  secret: Secret;
}

/**
 * A store over a backend of your own: look-ups, merging, sealing, retries and events are this library's, and the backend
 * only keeps opaque records. `close()` closes the backend.
 *
 * @throws {OptionInvalidError} on an unknown option or one of the wrong type
 * @throws {SecretWeakError} where the secret has fewer than 32 characters
 */
export function createTokenStore(options: CustomTokenStoreOptions): EdgeTokenStore {
  const parsed = parseOptions(options, ["backend", "secret"]);
  const secrets = parseSecret(options.secret);
  if (typeof options.backend !== "function") {
    throw new OptionInvalidError("The option backend must be a function that takes the namespace and returns a backend.");
  }
  const backend = options.backend(parsed.namespace);
  assertOption(typeof (backend as Backend | null)?.commit === "function", "backend", "a function that returns a backend");
  return new Engine({
    backend,
    keyring: secretKeyring(secrets, parsed.namespace),
    register: new KeyRegister(backend),
    sealed: secrets[0] !== false,
    options: parsed,
  });
}
