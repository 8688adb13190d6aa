import { createStorage } from "unstorage";
import type { Storage } from "unstorage";
import redisDriver from "unstorage/drivers/redis";
import { createUnstorageTokenStore } from "../../dist/backends/unstorage/index.js";
import type { EdgeTokenStore, StoredToken } from "../../dist/index.js";
import { RedisServer } from "../../test/support/redis.ts";
import { AUTH_JS, authJsPeer } from "../lib/auth-js.ts";
import type { Comparison, Suite, Task } from "../lib/comparison.ts";
import { countCommands } from "../lib/redis-commands.ts";
import { benchToken, CLIENT_ID, cycle, fill, SECRET } from "../lib/tokens.ts";

/** More than the memo holds, so that each call opens its record. */
const FIRST = 2000;
/** Few enough that the memo holds them all. */
const REPEATED = 50;
const FEW = 100;
const MANY = 100_000;

/** Find and save over Redis, against the raw driver (the limit) and the Auth.js adapter (the nearest peer). */
export async function openSuite(): Promise<Suite> {
  const server = await RedisServer.start();
  const storages: Storage[] = [];
  const open = (options: { namespace?: string; memo?: number } = {}): { store: EdgeTokenStore; storage: Storage } => {
    const storage = createStorage({ driver: redisDriver({ url: server.url }) });
    storages.push(storage);
    return { storage, store: createUnstorageTokenStore(storage, { secret: SECRET, ...options }) };
  };

  const { store, storage } = open();
  await fill(FIRST, (number) => store.saveToken(benchToken(number)));
  const keys = await storage.getKeys("tokens:r");
  const records = keys.filter((key) => !key.endsWith(":keys"));

  const peer = authJsPeer(open().storage);
  await fill(FIRST, peer.add);

  // Without the memo, which holds all of the few and hardly any of the many.
  const small = open({ namespace: "few", memo: 0 });
  await fill(FEW, (number) => small.store.saveToken(benchToken(number)));
  const large = open({ namespace: "many", memo: 0 });
  await fill(MANY, (number) => large.store.saveToken(benchToken(number)));

  const each = (count: number, task: (number: number) => Promise<unknown>): Task => {
    const next = cycle(count);
    return () => task(next());
  };
  const byAccount = (from: EdgeTokenStore) => (number: number) =>
    from.findToken({ userName: benchToken(number).userName, clientId: CLIENT_ID });
  const byAccess = (number: number) => store.findToken({ accessToken: benchToken(number).accessToken });
  const byRefresh = (number: number) => store.findToken({ refreshToken: benchToken(number).refreshToken });
  const raw = (number: number) => storage.getItem(records[number]!);
  let renewal = 0;
  const refresh = (number: number): Promise<StoredToken> =>
    store.saveToken({ userName: benchToken(number).userName, clientId: CLIENT_ID, accessToken: `1000.renewed.${++renewal}` });
  const rawRefresh = async (number: number): Promise<void> => {
    const value = await storage.getItem<Record<string, string>>(records[number]!);
    await storage.setItem(`raw:${number}`, value);
  };
  const atOnce = (task: (number: number) => Promise<unknown>) => (number: number) =>
    Promise.all(Array.from({ length: 50 }, (_, offset) => task((number + offset) % FIRST)));

  const rawGet = "one raw storage.getItem of the same bytes";
  const comparisons: Comparison[] = [
    { name: "find by account, first", against: rawGet, bar: 1.4, ours: each(FIRST, byAccount(store)), theirs: each(FIRST, raw) },
    { name: "find by account, repeated", against: rawGet, bar: 1.1, ours: each(REPEATED, byAccount(store)), theirs: each(REPEATED, raw) },
    { name: "find by account, first", against: AUTH_JS, bar: 0.75, ours: each(FIRST, byAccount(store)), theirs: each(FIRST, peer.find) },
    {
      name: "find by account, repeated",
      against: AUTH_JS,
      bar: 0.6,
      ours: each(REPEATED, byAccount(store)),
      theirs: each(REPEATED, peer.find),
    },
    { name: "find by access token, first", against: rawGet, bar: 1.75, ours: each(FIRST, byAccess), theirs: each(FIRST, raw) },
    { name: "find by access token, repeated", against: rawGet, bar: 1.3, ours: each(REPEATED, byAccess), theirs: each(REPEATED, raw) },
    { name: "find by refresh token, first", against: rawGet, bar: 1.75, ours: each(FIRST, byRefresh), theirs: each(FIRST, raw) },
    {
      name: "find by refresh token, repeated",
      against: rawGet,
      bar: 1.3,
      ours: each(REPEATED, byRefresh),
      theirs: each(REPEATED, raw),
    },
    {
      name: "50 finds by account at once",
      against: "50 raw gets at once",
      bar: 2,
      ours: each(FIRST, atOnce(byAccount(store))),
      theirs: each(FIRST, atOnce(raw)),
      calls: 10,
    },
    {
      name: `find by account among ${MANY} tokens`,
      against: `the same among ${FEW}`,
      bar: 1.2,
      ours: each(MANY, byAccount(large.store)),
      theirs: each(FEW, byAccount(small.store)),
    },
    {
      name: "save of a refresh, atomic with its index",
      against: "raw getItem and setItem (no index, no compare)",
      bar: 1.75,
      // The last: it changes the access tokens that others look up.
      ours: each(FIRST, refresh),
      theirs: each(FIRST, rawRefresh),
    },
  ];
  const counts = await countCommands(server, {
    "find by account": () => byAccount(store)(1),
    "find by access token": () => byAccess(1),
    "save of a refresh": () => refresh(1),
    "save unchanged": () => store.saveToken(benchToken(2)),
  });
  return {
    comparisons,
    counts,
    async dispose() {
      await Promise.all(storages.map((one) => one.dispose()));
      await server.dispose();
    },
  };
}
