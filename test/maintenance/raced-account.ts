import { createStorage } from "unstorage";
import type { Storage } from "unstorage";
import memoryDriver from "unstorage/drivers/memory";
import { createUnstorageTokenStore } from "../../src/backends/unstorage/index.ts";
import type { StoredToken, TokenInput } from "../../src/index.ts";
import { SECRET } from "../conformance/unstorage-fixture.ts";

/**
 * Two records of one account, of a race between two processes: one adopts the record under the grant token, the other inserts
 * the account's own, which all its index entries lack yet.
 *
 * @returns the adopted one
 */
export async function raceForAccount(storage: Storage, adopted: TokenInput = {}): Promise<StoredToken> {
  const store = createUnstorageTokenStore(storage, { secret: SECRET });
  const { id } = await store.saveToken({ grantToken: "g", accessToken: "a" });
  const other = createStorage({ driver: memoryDriver() });
  const elsewhere = createUnstorageTokenStore(other, { secret: SECRET });
  await elsewhere.saveToken({ userName: "eve", grantToken: "g", accessToken: "a", scope: "s", expiresAt: 9_999_999_999_999 });
  const nameless = await store.saveToken({ id, userName: "eve", ...adopted });
  for (const key of await other.getKeys("tokens:r")) await storage.setItem(key, await other.getItem(key));
  return nameless;
}
