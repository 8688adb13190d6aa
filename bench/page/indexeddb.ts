import { Dexie } from "dexie";
import type { EntityTable } from "dexie";
import { openDB } from "idb";
import type { IDBPDatabase } from "idb";
import * as keyval from "idb-keyval";
import localforage from "localforage";
import { createIndexedDBTokenStore } from "../../dist/backends/indexeddb/index.js";
import type { EdgeTokenStore } from "../../dist/index.js";
import { measure, wantedOf } from "../lib/comparison.ts";
import type { Comparison, Suite } from "../lib/comparison.ts";
import { methodCalls } from "../lib/method-calls.ts";
import { accessToken, benchToken, CLIENT_ID, each, fill, queryBy, userName } from "../lib/tokens.ts";
import { workloads } from "../lib/workloads.ts";
import { indexedDBEngine } from "./engine.ts";

interface StoredRecord {
  key: string;
  index: { account: string; access: string };
}
type Row = ReturnType<typeof benchToken> & { id: number };

const FIRST = 2000;
const REPEATED = 50;
const FEW = 100;
const MANY = 10_000;
const PARALLEL = 1000;
const AT_ONCE = 50;

const atOnce = (task: (number: number) => Promise<unknown>) => (number: number) =>
  Promise.all(Array.from({ length: AT_ONCE }, (_, offset) => task((number + offset) % FIRST)));

async function filled(namespace: string, count: number, options: { memo?: number } = {}): Promise<EdgeTokenStore> {
  const store = createIndexedDBTokenStore({ namespace, ...options });
  await fill(count, (number) => store.saveToken(benchToken(number)));
  return store;
}

/** Runs everything in this page; told of each measurement as it comes. */
export async function run(words: readonly string[], print: (value: object) => Promise<void>): Promise<void> {
  const suite = await openSuite(words);
  for (const comparison of wantedOf(suite, "indexeddb", words)) await print(await measure(comparison, suite));
  if (words.length === 0) await print({ counts: await suite.counts!() });
}

async function openSuite(words: readonly string[]): Promise<Suite> {
  const store = await filled("first", FIRST);
  const raw = await openDB("edge-token-store:first");
  const records = (await raw.getAll("records")) as StoredRecord[];
  const dexie = new Dexie("peer") as Dexie & { tokens: EntityTable<Row, "id"> };
  dexie.version(1).stores({ tokens: "++id, userName, [userName+clientId], accessToken, refreshToken, grantToken" });
  await fill(FIRST, (number) => dexie.tokens.add(benchToken(number)));

  // Without the memo, which holds all of the few and hardly any of the many.
  const few = await filled("few", FEW, { memo: 0 });
  const many = createIndexedDBTokenStore({ namespace: "many", memo: 0 });
  const fillMany = async (): Promise<void> => {
    if ((await many.findToken(queryBy("account", MANY - 1))) === null) await fill(MANY, (number) => many.saveToken(benchToken(number)));
  };

  const byAccess = (number: number) => store.findToken(queryBy("access", number));
  const byAccount = (from: EdgeTokenStore) => (number: number) => from.findToken(queryBy("account", number));
  const rawByAccess = (number: number) => raw.getFromIndex("records", "access", records[number]!.index.access);
  const dexieByAccess = (number: number) => dexie.tokens.where("accessToken").equals(accessToken(number)).first();
  let rawMany: IDBPDatabase | undefined;
  let renewal = 0;
  let saves = 0;
  const saveMany = async (oneByOne: boolean): Promise<void> => {
    const tokens = Array.from({ length: PARALLEL }, () => benchToken(1_000_000 + saves++));
    if (!oneByOne) await Promise.all(tokens.map((token) => few.saveToken(token)));
    else for (const token of tokens) await few.saveToken(token);
  };

  const rawGet = "one raw idb getFromIndex of the same bytes";
  const dexieFirst = "Dexie's first() (rows unsealed)";
  const versus = (id: string, count: number, against: string, theirs: (number: number) => Promise<unknown>): Comparison => ({
    id: `access/${id}`,
    name: `find by access token, ${id.replace(/\/.*/, "")}`,
    against,
    ours: each(count, byAccess),
    theirs: each(count, theirs),
  });
  const work = await workloads(words, indexedDBEngine);
  const comparisons: Comparison[] = [
    versus("first/raw", FIRST, rawGet, rawByAccess),
    versus("repeated/raw", REPEATED, rawGet, rawByAccess),
    versus("first/dexie", FIRST, dexieFirst, dexieByAccess),
    versus("repeated/dexie", REPEATED, dexieFirst, dexieByAccess),
    {
      id: "50-at-once/raw",
      name: `${AT_ONCE} finds by access token at once`,
      against: `${AT_ONCE} raw getFromIndex at once`,
      ours: each(FIRST, atOnce(byAccess)),
      theirs: each(FIRST, atOnce(rawByAccess)),
      calls: 10,
    },
    {
      id: "account/many/few",
      name: `find by account among ${MANY.toLocaleString("en")} tokens`,
      against: `the same among ${FEW}`,
      prepare: fillMany,
      ours: each(MANY, byAccount(many)),
      theirs: each(FEW, byAccount(few)),
    },
    {
      id: "list/raw",
      name: `list ${MANY.toLocaleString("en")} tokens in pages`,
      against: "raw getAll of the same bytes (all in memory, unopened)",
      prepare: fillMany,
      calls: 1,
      rounds: 7,
      async ours() {
        for await (const token of many.tokens({ pageSize: 500 })) void token;
      },
      theirs: async () => (rawMany ??= await openDB("edge-token-store:many")).getAll("records"),
    },
    {
      id: "parallel-saves/one-by-one",
      name: `${PARALLEL.toLocaleString("en")} saves in parallel`,
      against: "the same one by one",
      calls: 1,
      rounds: 5,
      ours: () => saveMany(false),
      theirs: () => saveMany(true),
    },
    {
      id: "save-refresh/dexie",
      name: "save of a refresh",
      against: "Dexie's read and put in one transaction (unsealed)",
      ours: each(FIRST, (number) => store.saveToken({ ...queryBy("account", number), accessToken: `renewed-${++renewal}` })),
      theirs: each(FIRST, (number) =>
        dexie.transaction("rw", dexie.tokens, async () => {
          const row = await dexie.tokens
            .where("[userName+clientId]")
            .equals([userName(number), CLIENT_ID])
            .first();
          await dexie.tokens.put({ ...row!, accessToken: `renewed-${++renewal}` });
        }),
      ),
    },
    ...(await keyValuePeers(records)),
    ...work.comparisons,
  ];
  return { comparisons, operations: requests, ...(work.counts ? { counts: work.counts } : {}), dispose: async () => {} };
}

/** Peers that have no index: to find by key is all that they can do, and it is compared with what does the same here. */
async function keyValuePeers(records: readonly StoredRecord[]): Promise<Comparison[]> {
  await fill(FIRST, (number) => keyval.set(records[number]!.key, records[number]));
  await fill(FIRST, (number) => localforage.setItem(records[number]!.key, records[number]));
  const store = createIndexedDBTokenStore({ namespace: "first" });
  const ours = (): Comparison["ours"] => each(FIRST, (number) => store.findToken(queryBy("account", number)));
  const byKey = "get by key (no look-up, no seal)";
  return [
    {
      id: "account/first/idb-keyval",
      name: "find by account, first",
      against: `idb-keyval's ${byKey}`,
      ours: ours(),
      theirs: each(FIRST, (number) => keyval.get(records[number]!.key)),
    },
    {
      id: "account/first/localforage",
      name: "find by account, first",
      against: `localforage's ${byKey}`,
      ours: ours(),
      theirs: each(FIRST, (number) => localforage.getItem(records[number]!.key)),
    },
  ];
}

const REQUESTS = ["get", "getAll", "count", "openCursor"];

/** Transactions and requests of IndexedDB, by name. */
function requests(task: () => Promise<unknown>): ReturnType<typeof methodCalls> {
  return methodCalls(
    [
      [IDBDatabase.prototype, ["transaction"]],
      [IDBObjectStore.prototype, [...REQUESTS, "add", "put", "delete", "clear"]],
      [IDBIndex.prototype, REQUESTS],
    ],
    (method) => method,
    task,
  );
}
