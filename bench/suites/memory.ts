import { createStorage } from "unstorage";
import memoryDriver from "unstorage/drivers/memory";
import { createUnstorageTokenStore } from "../../dist/backends/unstorage/index.js";
import type { EdgeTokenStore } from "../../dist/index.js";
import { AUTH_JS, authJsPeer } from "../lib/auth-js.ts";
import type { Suite } from "../lib/comparison.ts";
import { each, fill, benchToken, queryBy, SECRET } from "../lib/tokens.ts";
import { driverCalls, unstorageEngine } from "../lib/unstorage-engine.ts";
import { workloads } from "../lib/workloads.ts";

const TOKENS = 1000;
const REPEATED = 50;

/** unstorage's memory driver: no engine to wait for, so this is the library's own time. */
export async function openSuite(_data: string, words: readonly string[]): Promise<Suite> {
  const sealed = createUnstorageTokenStore(createStorage(), { secret: SECRET });
  const plain = createUnstorageTokenStore(createStorage(), { secret: false });
  const peer = authJsPeer(createStorage());
  await fill(TOKENS, (number) => sealed.saveToken(benchToken(number)));
  await fill(TOKENS, (number) => plain.saveToken(benchToken(number)));
  await fill(TOKENS, peer.add);
  const byAccount = (store: EdgeTokenStore) => each(REPEATED, (number) => store.findToken(queryBy("account", number)));
  const byEmail = each(REPEATED, peer.find);
  const driver = memoryDriver();
  const work = await workloads(words, () =>
    unstorageEngine({ connect: () => ({ driver }), large: 10_000, calls: { read: 200, write: 50 } }),
  );
  const against = AUTH_JS;
  return {
    comparisons: [
      { id: "account/repeated/authjs", name: "find by account, repeated", against, ours: byAccount(sealed), theirs: byEmail, calls: 1000 },
      { id: "account/unsealed/authjs", name: "find by account, unsealed", against, ours: byAccount(plain), theirs: byEmail, calls: 1000 },
      ...work.comparisons,
    ],
    operations: (task) => driverCalls(driver, task),
    ...(work.counts ? { counts: work.counts } : {}),
    dispose: async () => {},
  };
}
