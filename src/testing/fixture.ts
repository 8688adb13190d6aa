import type { TokenStoreOptions } from "../options.ts";
import type { Secret } from "../sealing/secret.ts";
import type { TokenStore } from "../token-store.ts";

/** What the suite opens a store with. */
export interface SuiteStoreOptions extends TokenStoreOptions {
  /** Another than the fixture's own; only where the suite's capability `secret` is true. */
  secret?: Secret;
}

/** One fresh and empty storage, and the stores over it. What it leaves out must be said in {@link SuiteCapabilities}. */
export interface TokenStoreFixture {
  /**
   * A store on this storage, as a second tab or process would open it. With options only where the suite's capability
   * `options` is true; bad ones must be refused as this library's own stores do.
   */
  open(options?: SuiteStoreOptions): TokenStore;
  /** Puts data of somebody else's next to the store's, and later tells what is left of it. */
  readonly stranger?: { write(): Promise<void>; read(): Promise<unknown> };
  /** The raw bytes of every key and every value in the storage, as a thief would copy them. */
  dump?(): Promise<Uint8Array[]>;
  /** Every value of the store's in the storage by its key, and a way to put another there: for whoever tampers with it. */
  readonly raw?: { read(): Promise<ReadonlyMap<string, string>>; write(key: string, value: string): Promise<void> };
  /** Called after the case, also where it fails. */
  dispose?(): Promise<void>;
}

/** What the suite may ask for; each true unless it is said to be false. Cases that need what is false are skipped, visibly. */
export interface SuiteCapabilities {
  /** Two stores opened by one fixture see the same tokens. */
  shared?: boolean;
  /** Two such stores that save at once lose nothing: they compare before they write. */
  atomic?: boolean;
  /** The store offers what an `EdgeTokenStore` does beyond the six methods of a `TokenStore`. */
  extended?: boolean;
  /** The store takes the options of this library's stores: `namespace`, `clientId`, `lookups`, `retention`, `memo`, `now`. */
  options?: boolean;
  /** The store takes the option `secret`. */
  secret?: boolean;
  /** The store is one of this library's, over a backend of your own: `checkTokens` and `sweepTokens` take it. */
  maintained?: boolean;
  /** The fixture has a `stranger`. */
  stranger?: boolean;
  /** The fixture has a `dump`, and nothing in it may be readable. */
  dump?: boolean;
  /** The fixture has a `raw`, and who writes to the storage must not be able to make a look-up lie. */
  raw?: boolean;
}

export type Capability = keyof SuiteCapabilities;

/** Why a case is skipped that needs what is not there. */
export const REASONS: Readonly<Record<Capability, string>> = {
  shared: "stores of one fixture don't see the same tokens",
  atomic: "two stores that save at once are not compared",
  extended: "the store has the six methods alone",
  options: "the store takes no options",
  secret: "the store takes no secret",
  maintained: "the store is not one of this library's",
  stranger: "nobody else's data lies beside the store's",
  dump: "the storage can't be dumped, or hides nothing",
  raw: "the storage can't be tampered with",
};
