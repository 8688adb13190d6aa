import { Dexie } from "dexie";
import type { EntityTable } from "dexie";
import { openDB } from "idb";
import { createIndexedDBTokenStore } from "../../dist/backends/indexeddb/index.js";
import type { EdgeTokenStore } from "../../dist/index.js";
import { measure } from "../lib/comparison.ts";
import type { Comparison, Measurement, Task } from "../lib/comparison.ts";
import { benchToken, CLIENT_ID, cycle, fill } from "../lib/tokens.ts";

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

const each = (count: number, task: (number: number) => Promise<unknown>): Task => {
  const next = cycle(count);
  return () => task(next());
};
const atOnce = (task: (number: number) => Promise<unknown>) => (number: number) =>
  Promise.all(Array.from({ length: AT_ONCE }, (_, offset) => task((number + offset) % FIRST)));

async function filled(namespace: string, count: number, options: { memo?: number } = {}): Promise<EdgeTokenStore> {
  const store = createIndexedDBTokenStore({ namespace, ...options });
  await fill(count, (number) => store.saveToken(benchToken(number)));
  return store;
}

/** Runs everything in this page; told of each measurement as it comes. */
export async function run(wanted: readonly string[], onMeasured: (measurement: Measurement) => Promise<void>): Promise<void> {
  const store = await filled("first", FIRST);
  const raw = await openDB("edge-token-store:first");
  const records = (await raw.getAll("records")) as StoredRecord[];
  const dexie = new Dexie("peer") as Dexie & { tokens: EntityTable<Row, "id"> };
  dexie.version(1).stores({ tokens: "++id, userName, [userName+clientId], accessToken, refreshToken, grantToken" });
  await fill(FIRST, (number) => dexie.tokens.add(benchToken(number)));

  // Without the memo, which holds all of the few and hardly any of the many.
  const few = await filled("few", FEW, { memo: 0 });
  const many = await filled("many", MANY, { memo: 0 });
  const rawMany = await openDB("edge-token-store:many");

  const byAccess = (number: number) => store.findToken({ accessToken: benchToken(number).accessToken });
  const byAccount = (from: EdgeTokenStore) => (number: number) =>
    from.findToken({ userName: benchToken(number).userName, clientId: CLIENT_ID });
  const rawByAccess = (number: number) => raw.getFromIndex("records", "access", records[number]!.index.access);
  const dexieByAccess = (number: number) => dexie.tokens.where("accessToken").equals(benchToken(number).accessToken).first();
  let renewal = 0;
  let saves = 0;
  const saveMany = async (oneByOne: boolean): Promise<void> => {
    const tokens = Array.from({ length: PARALLEL }, () => benchToken(1_000_000 + saves++));
    if (!oneByOne) await Promise.all(tokens.map((token) => few.saveToken(token)));
    else for (const token of tokens) await few.saveToken(token);
  };

  const rawGet = "one raw idb getFromIndex of the same bytes";
  const dexieFirst = "Dexie's first() (rows unsealed)";
  const comparisons: Comparison[] = [
    { name: "find by access token, first", against: rawGet, bar: 1.3, ours: each(FIRST, byAccess), theirs: each(FIRST, rawByAccess) },
    {
      name: "find by access token, repeated",
      against: rawGet,
      bar: 1.1,
      ours: each(REPEATED, byAccess),
      theirs: each(REPEATED, rawByAccess),
    },
    { name: "find by access token, first", against: dexieFirst, bar: 1.1, ours: each(FIRST, byAccess), theirs: each(FIRST, dexieByAccess) },
    {
      name: "find by access token, repeated",
      against: dexieFirst,
      bar: 1,
      ours: each(REPEATED, byAccess),
      theirs: each(REPEATED, dexieByAccess),
    },
    {
      name: `${AT_ONCE} finds by access token at once`,
      against: `${AT_ONCE} raw getFromIndex at once`,
      bar: 1,
      ours: each(FIRST, atOnce(byAccess)),
      theirs: each(FIRST, atOnce(rawByAccess)),
      calls: 10,
    },
    {
      name: `find by account among ${MANY} tokens`,
      against: `the same among ${FEW}`,
      bar: 1.2,
      ours: each(MANY, byAccount(many)),
      theirs: each(FEW, byAccount(few)),
    },
    {
      name: `list ${MANY} tokens in pages`,
      against: "raw getAll of the same bytes (all in memory, unopened)",
      bar: 1.7,
      calls: 1,
      async ours() {
        for await (const token of many.tokens({ pageSize: 500 })) void token;
      },
      theirs: () => rawMany.getAll("records"),
    },
    {
      name: `${PARALLEL} saves in parallel`,
      against: "the same one by one",
      bar: 0.3,
      calls: 1,
      rounds: 5,
      ours: () => saveMany(false),
      theirs: () => saveMany(true),
    },
    {
      name: "save of a refresh",
      against: "Dexie's read and put in one transaction (unsealed)",
      bar: 1.15,
      ours: each(FIRST, (number) =>
        store.saveToken({ userName: benchToken(number).userName, clientId: CLIENT_ID, accessToken: `renewed-${++renewal}` }),
      ),
      theirs: each(FIRST, (number) =>
        dexie.transaction("rw", dexie.tokens, async () => {
          const { userName } = benchToken(number);
          const row = await dexie.tokens.where("[userName+clientId]").equals([userName, CLIENT_ID]).first();
          await dexie.tokens.put({ ...row!, accessToken: `renewed-${++renewal}` });
        }),
      ),
    },
  ];
  for (const comparison of comparisons) {
    const text = `indexeddb ${comparison.name} ${comparison.against}`.toLowerCase();
    if (wanted.every((word) => text.includes(word))) await onMeasured(await measure(comparison));
  }
}
