import { fromBase64Url, toBase64Url } from "#crypto";

/** How a storage keeps sealed bytes. Each engine loads its own alone. */
export interface Encoding {
  readonly encode: (sealed: Uint8Array) => unknown;
  /** Undefined for what `encode` does not make. */
  readonly decode: (stored: unknown) => Uint8Array | undefined;
}

/** Where the storage keeps JSON. */
export const asText: Encoding = {
  encode: toBase64Url,
  decode: (stored) => (typeof stored === "string" ? fromBase64Url(stored) : undefined),
};

/** Where the storage keeps bytes. */
export const asBytes: Encoding = {
  // A view of a larger buffer would be stored with all of that.
  encode: (sealed) => new Uint8Array(sealed),
  decode: (stored) => (stored instanceof Uint8Array ? stored : undefined),
};
