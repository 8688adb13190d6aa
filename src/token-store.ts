/// <reference lib="esnext.disposable" preserve="true" />
import type { Capabilities } from "./backend.ts";
import type { TokenEvent } from "./events.ts";
import type { RecordCorruptError } from "./errors.ts";
import type { StoredToken, TokenInput, TokenQuery } from "./token.ts";

/**
 * The contract of Zoho's SDKs: six methods. Adapters and refreshers need no more than this.
 *
 * Every method may reject with `ERR_STORE_UNAVAILABLE` (the engine failed: nothing is known about the
 * token), `ERR_STORE_CLOSED`, or `ERR_TOKEN_INVALID` (the argument is not a token, query or id).
 */
export interface TokenStore {
  /** The token that the query finds, by the rules of `resolveLookup`, or null. Expired tokens are found too, sessions that are over are not. */
  findToken(query: TokenQuery): Promise<StoredToken | null>;
  /** The token with that id, or null. A session that is over is not found. */
  findTokenById(id: string): Promise<StoredToken | null>;
  /**
   * Inserts the token or merges it into the stored one that it matches. Resolves once the record is
   * durable. Saving what is stored already writes nothing.
   *
   * @throws {ConflictError} where `ifVersion` or `ifCreatedAt` was given and another one is stored
   */
  saveToken(token: TokenInput, options?: SaveOptions): Promise<StoredToken>;
  /** Resolves for an unknown id too. */
  deleteToken(id: string): Promise<void>;
  /** All tokens, the most recently saved first; `[]` where there are none. */
  getTokens(): Promise<StoredToken[]>;
  /** Removes the keys of this store's namespace, never a neighbour's or foreign ones. */
  deleteTokens(): Promise<void>;
}

/** What this library's own stores offer beyond {@link TokenStore}. */
export interface EdgeTokenStore extends TokenStore, AsyncDisposable {
  /** Every token that the query finds, the most recently saved first: all tokens of a user, say. */
  findTokens(query: TokenQuery): Promise<StoredToken[]>;
  /** All tokens in the storage's own order, a page in memory at a time. */
  tokens(options?: ListOptions): AsyncIterable<StoredToken>;
  /**
   * Calls the listener after each change made through this store and, on IndexedDB, through those of other
   * tabs; the changes of one store in their order. Returns the function that ends it; `close` ends all. What a listener
   * throws is reported as an uncaught exception, as with EventTarget; the change stands, and the other listeners are told.
   */
  subscribe(listener: (event: TokenEvent) => void): () => void;
  /** What the engine under this store really promises. */
  readonly capabilities: Capabilities;
  /** Listeners hear nothing more; waits for the saves under way, then lets go of the engine. Later calls reject with `ERR_STORE_CLOSED`. */
  close(): Promise<void>;
}

/** What must be so for a save to be made; without them it merges into whatever is stored. */
export interface SaveOptions {
  /**
   * Save only over this version of the stored token, else reject with `ERR_CONFLICT`; a token deleted
   * meanwhile stays deleted. Where `capabilities.atomic` is false it is compared by a read just before
   * the write, which another process can slip between; on `atomicFsDriver` a lock keeps it from that.
   */
  ifVersion?: number;
  /**
   * Beside `ifVersion`, the `createdAt` of the stored token: a token that was deleted and saved anew, after
   * another log-in, counts its versions from 1 again. Compared in the same way.
   */
  ifCreatedAt?: number;
  /**
   * Beside both, the `refreshToken` of the stored token, or `null` where it has none: of two log-ins of one user in the same
   * millisecond nothing else differs. Compared in the same way.
   */
  ifRefreshToken?: string | null;
}

/** How to go through all tokens. */
export interface ListOptions {
  /** How many records to hold in memory at a time, 1 to 10,000; default 100. */
  pageSize?: number;
  /** Told of each damaged record, and the listing goes on. Without it the listing ends with that error. */
  onCorrupt?: (error: RecordCorruptError) => void;
}
