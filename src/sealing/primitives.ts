/**
 * HMAC-SHA-256 under one fixed key: lower-case hex, 64 characters. Synchronous where the platform
 * allows it, which for short messages is some ten times faster.
 */
export type Hmac = (message: string) => string | Promise<string>;

/** AES-256-GCM under one fixed key (NIST SP 800-38D). */
export interface Cipher {
  /** A fresh random 96-bit IV, then the ciphertext, then the 128-bit tag. */
  seal(plaintext: Uint8Array, additionalData: Uint8Array): Uint8Array | Promise<Uint8Array>;
  /** Undefined where key, additional data or any bit of what was sealed is another. */
  open(sealed: Uint8Array, additionalData: Uint8Array): Uint8Array | undefined | Promise<Uint8Array | undefined>;
}

/** What comes of a value, at once where it is there at once: most platforms' primitives answer with a promise, Node's don't. */
export function whenDone<Value, Result>(value: Value | Promise<Value>, use: (value: Value) => Result): Result | Promise<Awaited<Result>> {
  return isPromise(value) ? (value.then(use) as Promise<Awaited<Result>>) : use(value);
}

/** By its method: zone.js and other libraries put a class of their own in the place of `Promise`, which async functions don't answer with. */
function isPromise<Value>(value: Value | Promise<Value>): value is Promise<Value> {
  return typeof (value as Partial<Promise<Value>> | null | undefined)?.then === "function";
}

export const IV_BYTES = 12;
export const TAG_BYTES = 16;
