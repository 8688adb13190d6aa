import { expect } from "vitest";
import type { EdgeTokenStore, StoredToken, TokenQuery, TokenStoreErrorCode } from "../../src/index.ts";
import type { SuiteStoreOptions, TokenStoreFixture } from "../../src/testing/index.ts";
import { queriesFor } from "../../src/testing/tokens.ts";

export { manualClock } from "../../src/testing/index.ts";
export { all, namedToken, queriesFor } from "../../src/testing/tokens.ts";

/** A fixture of this library's own stores. */
export interface Fixture extends TokenStoreFixture {
  open(options?: SuiteStoreOptions): EdgeTokenStore;
  dump(): Promise<Uint8Array[]>;
  dispose(): Promise<void>;
}

export interface Engine {
  /** As the summary names it. */
  readonly name: string;
  /** Whether two stores opened by one fixture see the same tokens. */
  readonly shared: boolean;
  create(): Promise<Fixture>;
}

export async function expectCode(promise: Promise<unknown>, code: TokenStoreErrorCode): Promise<void> {
  await expect(promise).rejects.toMatchObject({ code });
}

/** The raw bytes of keys and values that are text. */
export function bytesOf(entries: Iterable<readonly [string, unknown]>): Uint8Array[] {
  const encoder = new TextEncoder();
  return Array.from(entries).flatMap(([key, value]) => [encoder.encode(key), encoder.encode(String(value))]);
}

/** The same without those for values that it has not. */
export function queriesThatFind(token: StoredToken): TokenQuery[] {
  return queriesFor(token).filter((query) => Object.values(query).every((value) => value !== undefined));
}

let serial = 0;

/** Different each time, so that fixtures of one run never meet. */
export function unique(): string {
  return `${Date.now().toString(36)}-${Math.random().toString(36).slice(2, 8)}-${++serial}`;
}
