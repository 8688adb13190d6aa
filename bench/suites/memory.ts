import { createStorage } from "unstorage";
import { createUnstorageTokenStore } from "../../dist/backends/unstorage/index.js";
import type { EdgeTokenStore } from "../../dist/index.js";
import { AUTH_JS, authJsPeer } from "../lib/auth-js.ts";
import type { Suite } from "../lib/comparison.ts";
import { benchToken, CLIENT_ID, cycle, fill, SECRET } from "../lib/tokens.ts";

const TOKENS = 1000;
const REPEATED = 50;

/** unstorage's memory driver: no engine to wait for, so this is the library's own time. */
export async function openSuite(): Promise<Suite> {
  const sealed = createUnstorageTokenStore(createStorage(), { secret: SECRET });
  const plain = createUnstorageTokenStore(createStorage(), { secret: false });
  const peer = authJsPeer(createStorage());
  await fill(TOKENS, (number) => sealed.saveToken(benchToken(number)));
  await fill(TOKENS, (number) => plain.saveToken(benchToken(number)));
  await fill(TOKENS, peer.add);
  const next = cycle(REPEATED);
  const byAccount = (store: EdgeTokenStore) => () => store.findToken({ userName: benchToken(next()).userName, clientId: CLIENT_ID });
  const byEmail = () => peer.find(next());
  const against = AUTH_JS;
  return {
    comparisons: [
      { name: "find by account, sealed, repeated", against, bar: 0.85, ours: byAccount(sealed), theirs: byEmail, calls: 1000 },
      { name: "find by account, unsealed, repeated", against, bar: 1, ours: byAccount(plain), theirs: byEmail, calls: 1000 },
    ],
    dispose: async () => {},
  };
}
