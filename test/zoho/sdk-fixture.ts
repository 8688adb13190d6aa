import { afterEach, beforeEach, expect } from "vitest";
import type { EdgeTokenStore, StoredToken, TokenStore } from "../../src/index.ts";
import { ZohoServer } from "../support/zoho-server.ts";

/** A storage for one test. */
export interface StoreFixture {
  /** A store over it, as a new process would open it. */
  open(): EdgeTokenStore;
  dispose(): Promise<void>;
}

interface Fresh {
  readonly server: ZohoServer;
  readonly fixture: StoreFixture;
  readonly store: EdgeTokenStore;
}

/** Gives each test of the block around a server and a storage of its own. */
export function freshForEach(create: () => Promise<StoreFixture>, take: (fresh: Fresh) => void): void {
  let fresh: Fresh;
  beforeEach(async () => {
    const [server, fixture] = await Promise.all([ZohoServer.start(), create()]);
    fresh = { server, fixture, store: fixture.open() };
    take(fresh);
  });
  afterEach(() => Promise.all([fresh.server.stop(), fresh.fixture.dispose()]));
}

export async function onlyRow(store: TokenStore): Promise<StoredToken> {
  const rows = await store.getTokens();
  expect(rows).toHaveLength(1);
  return rows[0]!;
}
