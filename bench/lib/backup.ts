import { createStorage } from "unstorage";
import { createUnstorageTokenStore } from "../../dist/backends/unstorage/index.js";
import { benchToken, fill, SECRET } from "./tokens.ts";

/**
 * What a store with the first tokens in it holds, key by key: the same on every engine under unstorage. Restored from that, a large store
 * is there in seconds; to save its tokens one by one takes as many times a few syncs of the disk.
 */
export async function backupOf(count: number, namespace: string = "tokens"): Promise<[key: string, text: string][]> {
  const storage = createStorage();
  const store = createUnstorageTokenStore(storage, { secret: SECRET, namespace });
  await fill(count, (number) => store.saveToken(benchToken(number)));
  const keys = await storage.getKeys();
  return Promise.all(keys.map(async (key): Promise<[string, string]> => [key, JSON.stringify(await storage.getItem(key))]));
}
