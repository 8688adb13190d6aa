import { createTokenRefresher } from "../../dist/refresh/index.js";
import { TokenEndpoint } from "../../dist/testing/index.js";
import type { EdgeTokenStore, StoredToken } from "../../dist/index.js";
import { wantsWork } from "./comparison.ts";
import type { Comparison, Counts, Suite } from "./comparison.ts";
import { benchToken, CLIENT_ID, each, FIELD_NAMES, FIELDS, fill, queryBy } from "./tokens.ts";

/** What the engine's own driver does: no look-up, no seal, no check, no index. */
export interface RawStorage {
  get(key: string): Promise<unknown>;
  set(key: string, value: unknown): Promise<unknown>;
  remove(key: string): Promise<unknown>;
  /** The values of all keys that begin so, and how many there are. */
  list(base: string): Promise<unknown[]>;
  removeAll(base: string): Promise<unknown>;
}

export interface Usage {
  /** Keys, rows, files or records. */
  readonly keys: number;
  /** Of keys and values. */
  readonly bytes: number;
  /** What the engine takes for them in memory or on disk, where it tells. */
  readonly occupied?: number;
}

export interface WorkloadEngine {
  open(namespace: string): EdgeTokenStore;
  readonly raw: RawStorage;
  /** Opens a connection of its own, does one thing and closes it. */
  once(find: (open: (namespace: string) => EdgeTokenStore, raw: RawStorage) => Promise<unknown>): Promise<unknown>;
  /** The driver's keys of the records in a namespace. */
  recordKeys(namespace: string): Promise<string[]>;
  usage(namespace: string): Promise<Usage>;
  /** How many of the first tokens lie in the namespace `large`. */
  readonly large: number;
  /** Calls in a slice; fewer where each takes long. */
  readonly calls: { readonly read: number; readonly write: number };
  /** What is left out, by its id, where the engine has nothing like it. */
  readonly without?: readonly string[];
}

/** More than the memo holds, so that each call opens its record. */
const STORED = 500;
const RENAMED = 100;
const AT_ONCE = 50;
const CALLERS = 100;
const PER_USER = 20;
const USERS = 15;
const CHURN_ROUNDS = 100;

/** Everything that a store is asked for, each against what the driver does for the same bytes; nothing where the words don't want it. */
export async function workloads(
  words: readonly string[],
  open: () => Promise<WorkloadEngine>,
): Promise<Pick<Suite, "comparisons" | "counts">> {
  if (!wantsWork(words)) return { comparisons: [] };
  const engine = await open();
  const { raw } = engine;
  const reads = engine.open("reads");
  const writes = engine.open("writes");
  const renames = engine.open("renames");
  const twenty = engine.open("twenty");
  for (const [store, count] of [
    [reads, STORED],
    [writes, STORED],
    [renames, RENAMED],
  ] as const) {
    await fill(count, (number) => store.saveToken(benchToken(number)), AT_ONCE);
  }
  await fill(PER_USER * USERS, (number) => twenty.saveToken(tokenOfTwenty(number)), AT_ONCE);
  const [readKeys, twentyKeys] = [await engine.recordKeys("reads"), await engine.recordKeys("twenty")];
  const value = await raw.get(readKeys[0]!);
  const ids = (await renames.getTokens()).map(({ id }) => id);
  await fill(STORED, (number) => raw.set(`raw:${number}`, value), AT_ONCE);
  let fresh = 1_000_000;
  const insert = (): Promise<StoredToken> => writes.saveToken(benchToken(++fresh));
  const rawInsert = (): Promise<unknown> => raw.set(`rawnew:${++fresh}`, value);
  const rawUpdate = async (number: number): Promise<void> => {
    await raw.get(`raw:${number}`);
    await raw.set(`raw:${number}`, value);
  };
  const get = (number: number): Promise<unknown> => raw.get(readKeys[number]!);
  const userOfTwenty = (number: number): { userName: string } => ({ userName: tokenOfTwenty(number * PER_USER).userName });
  const { read, write } = engine.calls;

  const comparisons: Comparison[] = [
    {
      id: "open",
      name: "open and find by account once",
      against: "opening the driver and one raw get",
      ours: () => engine.once((open) => open("reads").findToken(queryBy("account", 7))),
      theirs: () => engine.once((_, own) => own.get(readKeys[7]!)),
      calls: Math.min(write, 5),
    },
    ...FIELDS.flatMap((field): Comparison[] => [
      {
        id: `hit/${field}`,
        name: `find by ${FIELD_NAMES[field]}, hit`,
        against: "one raw get of the same bytes",
        ours: each(STORED, (number) => reads.findToken(queryBy(field, number))),
        theirs: each(STORED, get),
        calls: read,
      },
      {
        id: `miss/${field}`,
        name: `find by ${FIELD_NAMES[field]}, miss`,
        against: "one raw get of a missing key",
        ours: each(STORED, (number) => reads.findToken(queryBy(field, STORED + number))),
        theirs: each(STORED, (number) => raw.get(`missing:${number}`)),
        calls: read,
      },
    ]),
    {
      id: "user/1-of-20",
      name: `find by user with ${PER_USER} tokens, the newest`,
      against: `${PER_USER} raw gets at once`,
      ours: each(USERS, (number) => twenty.findToken(userOfTwenty(number))),
      theirs: each(USERS, (number) => Promise.all(twentyKeys.slice(number * PER_USER, (number + 1) * PER_USER).map(raw.get))),
      calls: Math.min(read, 20),
    },
    {
      id: "account/1-of-20",
      name: `find by account of a user with ${PER_USER} tokens`,
      against: "one raw get of the same bytes",
      ours: each(PER_USER * USERS, (number) => twenty.findToken(accountOfTwenty(number))),
      theirs: each(STORED, get),
      calls: read,
    },
    { id: "save-new", name: "save of a new token", against: "one raw set (no index)", ours: insert, theirs: rawInsert, calls: write },
    {
      id: "save-refresh",
      name: "save of a refresh",
      against: "raw get and set (no index, no compare)",
      ours: each(STORED, (number) => writes.saveToken({ ...queryBy("account", number), accessToken: `1000.renewed.${++fresh}` })),
      theirs: each(STORED, rawUpdate),
      calls: write,
    },
    {
      id: "save-unchanged",
      name: "save of what is stored already",
      against: "one raw get of the same bytes",
      ours: each(STORED, (number) => reads.saveToken(benchToken(number))),
      theirs: each(STORED, get),
      calls: write,
    },
    {
      id: "rename",
      name: "save of another user name",
      against: "raw get and set (no index, no compare)",
      ours: each(RENAMED, (number) => renames.saveToken({ id: ids[number]!, userName: `renamed-${++fresh}@school.example` })),
      theirs: each(STORED, rawUpdate),
      calls: write,
    },
    { id: "delete", name: "delete", against: "one raw remove", ...deletion(insert, writes, raw, value), calls: write },
    {
      id: "50-saves",
      name: `${AT_ONCE} saves of new tokens at once`,
      against: `${AT_ONCE} raw sets at once (no index)`,
      ours: () => Promise.all(Array.from({ length: AT_ONCE }, insert)),
      theirs: () => Promise.all(Array.from({ length: AT_ONCE }, rawInsert)),
      calls: 1,
    },
    {
      id: "delete-all",
      name: `deleteTokens of ${AT_ONCE}`,
      against: "listing and removing as many raw values",
      ours: allDeletion(engine.open("all")),
      theirs: {
        before: () => fill(AT_ONCE, (number) => raw.set(`rawall:${number}`, value), AT_ONCE),
        run: () => raw.removeAll("rawall"),
      },
      calls: 1,
      rounds: 5,
    },
    {
      id: "list",
      name: `list of ${engine.large.toLocaleString("en")} tokens in pages`,
      against: "all raw values at once (unopened)",
      ours: listing(engine.open("large")),
      theirs: () => raw.list("large"),
      calls: 1,
      rounds: 5,
    },
    stormComparison(engine.open("storm")),
  ];
  return {
    comparisons: comparisons.filter(({ id }) => !engine.without?.includes(id)).map((one) => ({ rounds: 7, ...one, id: `work/${one.id}` })),
    counts: () => countAll(engine),
  };
}

function tokenOfTwenty(number: number): ReturnType<typeof benchToken> {
  return { ...benchToken(number), ...accountOfTwenty(number) };
}

function accountOfTwenty(number: number): { userName: string; clientId: string } {
  return { userName: `student-${Math.floor(number / PER_USER)}`, clientId: `${CLIENT_ID}-${number % PER_USER}` };
}

function deletion(
  insert: () => Promise<StoredToken>,
  store: EdgeTokenStore,
  raw: RawStorage,
  value: unknown,
): Pick<Comparison, "ours" | "theirs"> {
  let id = "";
  return {
    ours: { before: async () => ({ id } = await insert()), run: () => store.deleteToken(id) },
    theirs: { before: () => raw.set("rawdoomed", value), run: () => raw.remove("rawdoomed") },
  };
}

function allDeletion(store: EdgeTokenStore): Comparison["ours"] {
  return { before: () => fill(AT_ONCE, (number) => store.saveToken(benchToken(number)), AT_ONCE), run: () => store.deleteTokens() };
}

function listing(store: EdgeTokenStore): Comparison["ours"] {
  return async () => {
    for await (const token of store.tokens({ pageSize: 500 })) void token;
  };
}

/** All need a token at once whose time has run out: with the refresher, and as each would by itself. */
function stormComparison(store: EdgeTokenStore): Comparison {
  const before = (): Promise<StoredToken> => store.saveToken({ ...benchToken(0), accessToken: `over-${Math.random()}`, expiresAt: 1 });
  return {
    id: "storm",
    name: `${CALLERS} callers of a token that has expired`,
    against: "the same without a refresher: each finds, asks and saves",
    ours: { before, run: () => storm(store, new TokenEndpoint()) },
    theirs: { before, run: () => stormAlone(store, new TokenEndpoint()) },
    calls: 1,
  };
}

function storm(store: EdgeTokenStore, { refresh }: TokenEndpoint): Promise<unknown> {
  const refresher = createTokenRefresher({ store, refresh });
  return Promise.all(Array.from({ length: CALLERS }, () => refresher.getAccessToken(queryBy("account", 0))));
}

function stormAlone(store: EdgeTokenStore, endpoint: TokenEndpoint): Promise<unknown> {
  const refreshAlone = async (): Promise<void> => {
    const token = await store.findToken(queryBy("account", 0));
    if (token!.expiresAt! > Date.now()) return;
    const { access_token: accessToken } = (await (await endpoint.refresh()).json()) as { access_token: string };
    await store.saveToken({ id: token!.id, accessToken, expiresAt: Date.now() + 3_600_000 });
  };
  return Promise.all(Array.from({ length: CALLERS }, refreshAlone));
}

async function countAll(engine: WorkloadEngine): Promise<Counts> {
  const counts: Record<string, number> = {};
  const store = engine.open("counted");
  // The first save enters the key register, which stays.
  await store.deleteToken((await store.saveToken(benchToken(0))).id);
  const empty = await engine.usage("counted");
  await fill(100, (number) => store.saveToken(benchToken(number)), AT_ONCE);
  const full = await engine.usage("counted");
  counts["keys per token"] = (full.keys - empty.keys) / 100;
  counts["bytes of keys and values per token"] = Math.round((full.bytes - empty.bytes) / 100);
  if (full.occupied !== undefined) counts["bytes occupied per token"] = Math.round((full.occupied - (empty.occupied ?? 0)) / 100);
  await store.deleteTokens();
  const cleared = await engine.usage("counted");
  counts["keys left by deleteTokens"] = cleared.keys;

  const churned = engine.open("churned");
  await churned.deleteToken((await churned.saveToken(benchToken(0))).id);
  const before = await engine.usage("churned");
  for (let round = 0; round < CHURN_ROUNDS; round++) {
    const { id } = await churned.saveToken(benchToken(round));
    await churned.saveToken({ id, accessToken: `1000.renewed.${round}`, userName: `renamed-${round}` });
    await churned.deleteToken(id);
  }
  const after = await engine.usage("churned");
  counts[`keys left after ${CHURN_ROUNDS} rounds of insert, refresh, rename and delete`] = after.keys - before.keys;
  counts[`bytes left after ${CHURN_ROUNDS} rounds of insert, refresh, rename and delete`] = after.bytes - before.bytes;

  const storming = engine.open("storm");
  const expire = (): Promise<StoredToken> => storming.saveToken({ ...benchToken(0), accessToken: "over", expiresAt: 1 });
  const [once, alone] = [new TokenEndpoint(), new TokenEndpoint()];
  await expire();
  await storm(storming, once);
  await expire();
  await stormAlone(storming, alone);
  counts[`token requests of ${CALLERS} callers, with the refresher`] = once.requests;
  counts[`token requests of ${CALLERS} callers, without`] = alone.requests;
  return counts;
}
