import { aesGcm, hkdf, hmac } from "#crypto";
import { OptionInvalidError, SecretWeakError } from "../errors.ts";
import { asText } from "./encoding.ts";
import { createKey, Keyring } from "./keyring.ts";
import type { Key } from "./keyring.ts";

/** Fewer characters can be guessed: 32 of base64 carry 192 bits, 32 of hex 128. */
const MIN_SECRET_LENGTH = 32;

/** Versioned with the storage schema: a change makes every key in every storage another. */
const DIGEST_INFO = "edge-token-store/v1/digest";
const SEAL_INFO = "edge-token-store/v1/seal";

/** What stands in for a secret where there is none: digests are still digests, but anybody can compute them. */
const NO_SECRET = "edge-token-store: no secret";

/** Text of 32 characters or more that only this application knows, or `false` for plain records. */
export type SingleSecret = string | false;

/** One secret, or the current one and the previous ones, which are still read: see `rotateSecret`. */
export type Secret = SingleSecret | readonly [current: SingleSecret, ...previous: SingleSecret[]];

/**
 * @throws {OptionInvalidError} for any other type
 * @throws {SecretWeakError} where one is too short
 */
export function parseSecret(secret: unknown): readonly SingleSecret[] {
  // As they are now, whatever becomes of the caller's array; a hole in it becomes a secret that is missing.
  const secrets: unknown[] = Array.isArray(secret) ? [...secret] : [secret];
  if (secrets.length === 0 || !secrets.every((one) => one === false || typeof one === "string")) {
    throw new OptionInvalidError(
      "The option secret is required: a string of 32 characters or more from your environment, [current, ...previous], or false to store tokens in plain text.",
    );
  }
  for (const one of secrets) {
    if (one === false || one.length >= MIN_SECRET_LENGTH) continue;
    throw new SecretWeakError(
      `The secret has ${one.length} characters and needs at least ${MIN_SECRET_LENGTH}. A good one: openssl rand -base64 32`,
    );
  }
  return secrets;
}

/** A function that derives the keys on first use and gives the same keyring from then on, without a promise. */
export function secretKeyring(secrets: readonly SingleSecret[], namespace: string): () => Keyring | Promise<Keyring> {
  let keyring: Keyring | Promise<Keyring> | undefined;
  const derive = async (): Promise<Keyring> => {
    const keys = await Promise.all(secrets.map((secret) => deriveKey(secret, namespace)));
    return (keyring = new Keyring(keys as [Key, ...Key[]]));
  };
  return () => (keyring ??= derive());
}

/** Two separate keys from one secret: who learns how digests are made can still not open a record. */
async function deriveKey(secret: SingleSecret, namespace: string): Promise<Key> {
  const encoder = new TextEncoder();
  const input = encoder.encode(secret === false ? NO_SECRET : secret);
  const digestKey = await hkdf(input, encoder.encode(DIGEST_INFO));
  const cipher = secret === false ? undefined : await aesGcm(await hkdf(input, encoder.encode(SEAL_INFO)));
  return createKey({ hmac: await hmac(digestKey), cipher, namespace, encoding: asText });
}
