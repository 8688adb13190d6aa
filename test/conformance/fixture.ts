import { expect } from "vitest";
import type { EdgeTokenStore, StoredToken, TokenFields, TokenQuery, TokenStoreErrorCode, TokenStoreOptions } from "../../src/index.ts";

/** One fresh and empty storage, and the stores over it. */
export interface Fixture {
  /** A store on this storage, as a second tab or process would open it. */
  open(options?: TokenStoreOptions): EdgeTokenStore;
  /** Puts data of somebody else's next to the store's, and later tells what is left of it. */
  stranger: { write(): Promise<void>; read(): Promise<unknown> };
  /** The raw bytes of every key and every value in the storage, as a thief would copy them. */
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

export async function all<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const list: Item[] = [];
  for await (const item of items) list.push(item);
  return list;
}

/** The raw bytes of keys and values that are text. */
export function bytesOf(entries: Iterable<readonly [string, unknown]>): Uint8Array[] {
  const encoder = new TextEncoder();
  return Array.from(entries).flatMap(([key, value]) => [encoder.encode(key), encoder.encode(String(value))]);
}

/** A token with something in every field that is looked up. */
export function namedToken(
  name: string,
): Required<Pick<TokenFields, "userName" | "clientId" | "accessToken" | "refreshToken" | "grantToken">> {
  return { userName: name, clientId: "c", accessToken: `access-${name}`, refreshToken: `refresh-${name}`, grantToken: `grant-${name}` };
}

/** Every way to ask for a token. */
export function queriesFor({ id, userName, clientId, accessToken, refreshToken, grantToken }: StoredToken): TokenQuery[] {
  return [{ id }, { userName, clientId }, { userName }, { accessToken }, { refreshToken }, { grantToken }];
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

/** A clock that moves by hand. */
export function manualClock(start = 1_700_000_000_000): { now: () => number; advance: (milliseconds: number) => void } {
  let time = start;
  return { now: () => time, advance: (milliseconds) => void (time += milliseconds) };
}
