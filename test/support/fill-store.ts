import { createStorage } from "unstorage";
import type { Driver } from "unstorage";
import { createUnstorageTokenStore } from "../../src/backends/unstorage/index.ts";
import type { UnstorageTokenStoreOptions } from "../../src/backends/unstorage/index.ts";
import type { TokenInput } from "../../src/token.ts";
import { SECRET } from "../conformance/unstorage-fixture.ts";

/** Saves the tokens through the library, and disposes of the driver. */
export async function fillStore(
  driver: Driver,
  tokens: readonly TokenInput[],
  options: Partial<UnstorageTokenStoreOptions> = {},
): Promise<void> {
  const storage = createStorage({ driver });
  const store = createUnstorageTokenStore(storage, { secret: SECRET, ...options });
  for (const token of tokens) await store.saveToken(token);
  await store.close();
  await storage.dispose();
}
