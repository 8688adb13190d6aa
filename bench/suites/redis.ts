import { existsSync } from "node:fs";
import { join } from "node:path";
import { Redis } from "ioredis";
import { createStorage } from "unstorage";
import type { Driver, Storage } from "unstorage";
import redisDriver from "unstorage/drivers/redis";
import { createUnstorageTokenStore } from "../../dist/backends/unstorage/index.js";
import type { EdgeTokenStore, StoredToken } from "../../dist/index.js";
import { RedisServer } from "../../test/support/redis.ts";
import { AUTH_JS, authJsPeer } from "../lib/auth-js.ts";
import type { Comparison, Counts, Suite } from "../lib/comparison.ts";
import { methodCalls } from "../lib/method-calls.ts";
import { benchToken, each, fill, queryBy, SECRET } from "../lib/tokens.ts";
import type { Field } from "../lib/tokens.ts";
import { recordKeys, unstorageEngine } from "../lib/unstorage-engine.ts";
import { workloads } from "../lib/workloads.ts";
import type { Usage } from "../lib/workloads.ts";

/** More than the memo holds, so that each call opens its record. */
const FIRST = 2000;
/** Few enough that the memo holds them all. */
const REPEATED = 50;
const FEW = 100;
const MANY = 100_000;

/** Find and save over Redis, against the raw driver (the limit) and the Auth.js adapter (the nearest peer). */
export async function openSuite(data: string, words: readonly string[]): Promise<Suite> {
  const dump = "many.rdb";
  const isFilled = existsSync(join(data, dump));
  // The many tokens are saved once, and loaded by the server in later runs.
  const server = await RedisServer.start("--dir", data, "--dbfilename", dump);
  try {
    return await suiteOn(server, { isFilled, words });
  } catch (error) {
    await server.dispose();
    throw error;
  }
}

async function fillMany({ url }: RedisServer): Promise<void> {
  const storage = createStorage({ driver: redisDriver({ url }) });
  const store = createUnstorageTokenStore(storage, { secret: SECRET, namespace: "many" });
  await fill(MANY, (number) => store.saveToken(benchToken(number)), 500);
  await storage.dispose();
  const client = new Redis(url);
  await client.save();
  client.disconnect();
}

async function suiteOn(server: RedisServer, { isFilled, words }: { isFilled: boolean; words: readonly string[] }): Promise<Suite> {
  const storages: Storage[] = [];
  const open = (options: { namespace?: string; memo?: number } = {}): { store: EdgeTokenStore; storage: Storage } => {
    const storage = createStorage({ driver: redisDriver({ url: server.url }) });
    storages.push(storage);
    return { storage, store: createUnstorageTokenStore(storage, { secret: SECRET, ...options }) };
  };

  const { store, storage } = open();
  await fill(FIRST, (number) => store.saveToken(benchToken(number)));
  const records = await recordKeys(storage, "tokens");

  const peer = authJsPeer(open().storage);
  await fill(FIRST, peer.add);

  // Without the memo, which holds all of the few and hardly any of the many.
  const small = open({ namespace: "few", memo: 0 });
  await fill(FEW, (number) => small.store.saveToken(benchToken(number)));
  const large = open({ namespace: "many", memo: 0 });

  const find =
    (field: Field, from = store) =>
    (number: number) =>
      from.findToken(queryBy(field, number));
  const raw = (number: number) => storage.getItem(records[number]!);
  let renewal = 0;
  const refresh = (number: number): Promise<StoredToken> =>
    store.saveToken({ ...queryBy("account", number), accessToken: `1000.renewed.${++renewal}` });
  const rawRefresh = async (number: number): Promise<void> => {
    const value = await storage.getItem<Record<string, string>>(records[number]!);
    await storage.setItem(`raw:${number}`, value);
  };
  const atOnce = (task: (number: number) => Promise<unknown>) => (number: number) =>
    Promise.all(Array.from({ length: 50 }, (_, offset) => task((number + offset) % FIRST)));

  const rawGet = "one raw storage.getItem of the same bytes";
  const first = (field: Field, against: "raw" | "authjs"): Comparison => versus(field, "first", against, FIRST);
  const repeated = (field: Field, against: "raw" | "authjs"): Comparison => versus(field, "repeated", against, REPEATED);
  const versus = (field: Field, which: string, against: "raw" | "authjs", count: number): Comparison => ({
    id: `${field}/${which}/${against}`,
    name: `find by ${field === "account" ? field : `${field} token`}, ${which}`,
    against: against === "raw" ? rawGet : AUTH_JS,
    ours: each(count, find(field)),
    theirs: each(count, against === "raw" ? raw : peer.find),
  });
  const work = await workloads(words, () =>
    unstorageEngine({
      // A database of its own, so that what lies in the others is not searched.
      connect: () => {
        const driver = redisDriver({ url: `${server.url}/1` }) as Driver;
        return { driver, close: async () => driver.dispose?.() };
      },
      usage: (namespace) => usageOf(`${server.url}/1`, namespace),
      large: 10_000,
      calls: { read: 50, write: 50 },
    }),
  );
  return {
    comparisons: [
      first("account", "raw"),
      repeated("account", "raw"),
      first("account", "authjs"),
      repeated("account", "authjs"),
      first("access", "raw"),
      repeated("access", "raw"),
      first("refresh", "raw"),
      repeated("refresh", "raw"),
      {
        id: "50-at-once/raw",
        name: "50 finds by account at once",
        against: "50 raw gets at once",
        ours: each(FIRST, atOnce(find("account"))),
        theirs: each(FIRST, atOnce(raw)),
        calls: 10,
      },
      {
        id: "account/many/few",
        name: `find by account among ${MANY.toLocaleString("en")} tokens`,
        against: `the same among ${FEW}`,
        prepare: async () => isFilled || fillMany(server),
        ours: each(MANY, find("account", large.store)),
        theirs: each(FEW, find("account", small.store)),
      },
      {
        id: "save-refresh/raw",
        name: "save of a refresh, atomic with its index",
        against: "raw getItem and setItem (no index, no compare)",
        // The last: it changes the access tokens that others look up.
        ours: each(FIRST, refresh),
        theirs: each(FIRST, rawRefresh),
      },
      {
        id: "save-refresh/repeated/raw",
        name: "save of a refresh, of a token looked up or saved before",
        against: "raw getItem and setItem (no index, no compare)",
        ours: each(REPEATED, refresh),
        theirs: each(REPEATED, rawRefresh),
      },
      ...work.comparisons,
    ],
    operations: (task) => methodCalls([[Redis.prototype, ["sendCommand"]]], (_, __, [command]) => (command as { name: string }).name, task),
    counts: async () => ({ ...(await work.counts?.()), ...(await serverTime(server, store)) }),
    async dispose() {
      await Promise.all(storages.map((one) => one.dispose()));
      await server.dispose();
    },
  };
}

/** How long the server itself is busy with a call, in microseconds: what limits one Redis, whose commands run one after the other. */
async function serverTime(server: RedisServer, store: EdgeTokenStore): Promise<Counts> {
  const client = new Redis(server.url);
  const busy = async (): Promise<number> => {
    const info = await client.info("cpu");
    const seconds = ["used_cpu_user", "used_cpu_sys"].map((name) => Number(new RegExp(`${name}:([\\d.]+)`).exec(info)![1]));
    return seconds.reduce((sum, one) => sum + one, 0) * 1_000_000;
  };
  const counts: Record<string, number> = {};
  let renewal = 0;
  const calls = 10_000;
  const tasks: Record<string, (number: number) => Promise<unknown>> = {
    "find by account": (number) => store.findToken(queryBy("account", number % FIRST)),
    "find by refresh token": (number) => store.findToken(queryBy("refresh", number % FIRST)),
    "save of a refresh": (number) => store.saveToken({ ...queryBy("account", number % FIRST), accessToken: `1000.again.${++renewal}` }),
  };
  for (const [name, task] of Object.entries(tasks)) {
    const before = await busy();
    await fill(calls, task);
    counts[`µs of the server's CPU: ${name}`] = Math.round(((await busy()) - before) / calls);
  }
  client.disconnect();
  return counts;
}

async function usageOf(url: string, namespace: string): Promise<Usage> {
  const client = new Redis(url);
  let [keys, bytes, occupied] = [0, 0, 0];
  for await (const page of client.scanStream({ match: `${namespace}:*`, count: 1000 }) as AsyncIterable<string[]>) {
    for (const key of page) {
      keys++;
      bytes += key.length + (await client.strlen(key));
      occupied += (await client.memory("USAGE", key)) ?? 0;
    }
  }
  client.disconnect();
  return { keys, bytes, occupied };
}
