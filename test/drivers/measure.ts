import { createStorage, normalizeKey } from "unstorage";
import type { Driver, Storage } from "unstorage";
import { createUnstorageTokenStore } from "../../src/backends/unstorage/index.ts";
import type { EdgeTokenStore, TokenInput } from "../../src/index.ts";
import { HOSTILE_VALUES } from "../../src/testing/hostile-values.ts";
import type { Place, StartedEngine } from "./place.ts";
import type { Beyond, DriverFacts, KeyFacts, ListingFacts, RaceFacts, RunEvent, ValueFacts } from "./results.ts";

const SECRET = "a secret of the measurements, of 32 characters or more";

/** More than one page of S3 and of Workers KV, and more than the cache of unstorage's lru-cache driver holds. */
const MANY_KEYS = 1_100;
const READS = 50;
const SAVES = 50;
const VALUE_BYTES = [60_000, 1_000_000, 4_000_000] as const;
const KEY_LENGTHS = [120, 200, 255, 256, 400, 512, 513, 700, 1024, 1025, 2048] as const;
/** As long as one of the store's own, in keys of several segments. */
const SEGMENT = 32;
/** A call on a storage that does not answer must have come back by then. */
const PATIENCE_MS = 20_000;
const BATCH = 25;

/** Measures what the driver does, each part in a storage of its own. */
export async function measureDriver(engine: StartedEngine, report: (event: RunEvent) => void): Promise<void> {
  const probes: { readonly [Name in keyof DriverFacts]?: (place: Place) => Promise<DriverFacts[Name]> } = {
    claims,
    shared: (place) => isSeenBy(place, async () => place.driver()),
    persistent: (place) => isSeenBy(place, async () => (place.reopened ? place.reopened() : place.driver())),
    reads: readYourWrites,
    ttl: timeToLive,
    values,
    keys,
    listing,
    races,
  };
  for (const [name, probe] of Object.entries(probes)) {
    report({ type: "probe", name });
    const place = await engine.create();
    try {
      report({ type: "facts", facts: { [name]: await probe(place) } });
    } finally {
      await place.dispose?.();
    }
  }
  report({ type: "probe", name: "failures" });
  report({ type: "facts", facts: { failures: engine.unreachable ? await failures(await engine.unreachable()) : null } });
}

function open(driver: Driver, hashTag = false): EdgeTokenStore {
  return createUnstorageTokenStore(createStorage({ driver }), { secret: SECRET, hashTag });
}

async function claims(place: Place): Promise<DriverFacts["claims"]> {
  const store = open(place.driver(), place.hashTag);
  await store.saveToken({ refreshToken: "r" });
  const { atomic, consistency, durable, ttl, persistent } = store.capabilities;
  return { atomic, consistency, durable, ttl, persistent };
}

async function isSeenBy(place: Place, another: () => Promise<Driver>): Promise<boolean> {
  const saved = await open(place.driver(), place.hashTag).saveToken({ refreshToken: "r" });
  return (await open(await another(), place.hashTag).findTokenById(saved.id)) !== null;
}

async function readYourWrites(place: Place): Promise<DriverFacts["reads"]> {
  const [own, other] = [createStorage({ driver: place.driver() }), createStorage({ driver: place.driver() })];
  const missed = { own: 0, other: 0 };
  for (let number = 0; number < READS; number++) {
    await own.setItem("probe:read", { number });
    if (!isDeeply(await own.getItem("probe:read"), { number })) missed.own++;
    if (!isDeeply(await other.getItem("probe:read"), { number })) missed.other++;
  }
  return { of: READS, missed: missed.own, missedByOther: missed.other };
}

async function timeToLive(place: Place): Promise<boolean> {
  const storage = createStorage({ driver: place.driver() });
  const { ttlSeconds = 1 } = place;
  await storage.setItem("probe:ttl", { some: "value" }, { ttl: ttlSeconds });
  if (place.expires) return place.expires("probe:ttl");
  // Half as long again: some look for what has expired only now and then.
  const wait = ttlSeconds * 1500;
  await (place.elapse ? place.elapse(wait) : new Promise<void>((resolve) => setTimeout(resolve, wait)));
  return (await storage.getItem("probe:ttl")) === null;
}

async function values(place: Place): Promise<ValueFacts> {
  const storage = createStorage({ driver: place.driver() });
  const fates: Beyond[] = [];
  for (const value of HOSTILE_VALUES) fates.push(await fate(storage, "probe:value", { value }));
  const count = (wanted: Beyond): number => fates.filter((one) => one === wanted).length;
  let longestBytes = 0;
  let beyond: Beyond = "kept";
  for (const bytes of VALUE_BYTES) {
    beyond = await fate(storage, `probe:value-${bytes}`, { value: "x".repeat(bytes - '{"value":""}'.length) });
    if (beyond !== "kept") break;
    longestBytes = bytes;
  }
  return { of: HOSTILE_VALUES.length, kept: count("kept"), lost: count("lost"), longestBytes, largestTried: beyond === "kept", beyond };
}

async function keys(place: Place): Promise<KeyFacts> {
  const storage = createStorage({ driver: place.driver() });
  let longest = 0;
  let beyond: Beyond = "kept";
  for (const length of KEY_LENGTHS) {
    beyond = await fate(storage, keyOf(length - (place.base ?? "").length), { length });
    if (beyond !== "kept") break;
    longest = length;
  }
  await storage.setItem("probe:case:Ab", { case: 1 });
  await storage.setItem("probe:case:aB", { case: 2 });
  const caseSensitive = isDeeply(await storage.getItem("probe:case:Ab"), { case: 1 });
  await storage.setItem("probe:nest", { at: "a" });
  const below = await fate(storage, "probe:nest:below", { at: "a:b" });
  const nested = below === "kept" && isDeeply(await storage.getItem("probe:nest"), { at: "a" });
  return { longest, longestTried: beyond === "kept", beyond, caseSensitive, nested };
}

/** A key of exactly that length, in segments. */
function keyOf(length: number): string {
  const whole = "probe:".padEnd(length, `${"k".repeat(SEGMENT)}:`);
  return whole.endsWith(":") ? `${whole.slice(0, -1)}k` : whole;
}

async function listing(place: Place): Promise<ListingFacts> {
  const driver = place.driver();
  const storage = createStorage({ driver });
  // In an order that is neither theirs nor its reverse.
  const written = Array.from({ length: MANY_KEYS }, (_, number) => `probe:many:${String((number * 401) % MANY_KEYS).padStart(4, "0")}`);
  await inBatches(written, (key) => storage.setItem(key, { key }));
  await storage.setItem("beside:one", { number: -1 });
  const given = (await driver.getKeys("probe:many", {})).map((key) => normalizeKey(key));
  const listed = (await storage.getKeys("probe:many")).filter((key) => written.includes(key));
  let kept = 0;
  await inBatches(written, async (key) => void ((await storage.getItem(key)) !== null && kept++));
  const sorted = listed.toSorted();
  const order = isDeeply(listed, sorted) ? "sorted" : isDeeply(listed, written.slice(0, listed.length)) ? "as written" : "none";
  const byStore = listed.length === MANY_KEYS ? "all" : kept < MANY_KEYS ? "some" : await listingByStore(place);
  return { written: MANY_KEYS, kept, listed: listed.length, order, byStore, onlyBase: given.every((key) => key.startsWith("probe:many:")) };
}

async function listingByStore(place: Place): Promise<ListingFacts["byStore"]> {
  const { hashTag = false } = place;
  const store = createUnstorageTokenStore(createStorage({ driver: place.driver() }), { secret: SECRET, hashTag, lookups: [] });
  const numbers = Array.from({ length: MANY_KEYS }, (_, number) => number);
  await inBatches(numbers, async (number) => void (await store.saveToken({ id: `${number}`, accessToken: "a" })));
  try {
    return (await store.getTokens()).length === MANY_KEYS ? "all" : "some";
  } catch (error) {
    if (codeOf(error) !== "ERR_STORE_UNAVAILABLE") throw error;
    return "refused";
  }
}

async function races(place: Place): Promise<RaceFacts | null> {
  const stores = [open(place.driver(), place.hashTag), open(place.driver(), place.hashTag)] as const;
  const { id } = await stores[0].saveToken({ userName: "ann", clientId: "c", refreshToken: "r" });
  if ((await stores[1].findTokenById(id)) === null) return null;
  const at = (number: number): EdgeTokenStore => stores[number % 2 === 0 ? 0 : 1];
  const numbers = Array.from({ length: SAVES }, (_, number) => number);
  const saveAll = async (tokenOf: (number: number) => TokenInput): Promise<unknown[]> => {
    const saves = await Promise.allSettled(numbers.map((number) => at(number).saveToken(tokenOf(number))));
    return saves.flatMap((save) => (save.status === "rejected" ? [codeOf(save.reason)] : []));
  };
  const errors = await saveAll((number) => ({ userName: "ann", clientId: "c", accessToken: `a-${number}` }));
  const token = await stores[0].findTokenById(id).catch(ignoreDamage);
  errors.push(...(await saveAll((number) => ({ userName: "ben", clientId: `c-${number}`, accessToken: `b-${number}` }))));
  // What is left damaged for good is in no listing and no look-up.
  await stores[0].deleteToken(id);
  const all = await stores[0].getTokens().catch(ignoreDamage);
  const found = await stores[0].findTokens({ userName: "ben" }).catch(ignoreDamage);
  return {
    saves: SAVES,
    version: (token?.version ?? 1) - 1,
    tokens: SAVES,
    listed: all?.length ?? 0,
    found: found?.length ?? 0,
    conflicts: errors.filter((code) => code === "ERR_CONFLICT").length,
    damaged: errors.filter((code) => code === "ERR_RECORD_CORRUPT").length,
  };
}

function ignoreDamage(error: unknown): undefined {
  if (codeOf(error) !== "ERR_RECORD_CORRUPT") throw error;
}

async function failures(driver: Driver): Promise<DriverFacts["failures"]> {
  const store = open(driver);
  const calls: (() => Promise<unknown>)[] = [
    () => store.findToken({ userName: "ann", clientId: "c" }),
    () => store.findToken({ refreshToken: "r" }),
    () => store.findTokenById("id"),
    () => store.saveToken({ userName: "ann", clientId: "c", refreshToken: "r" }),
    () => store.deleteToken("id"),
    () => store.getTokens(),
    () => store.deleteTokens(),
  ];
  let told = 0;
  for (const call of calls) if (await tellsOfFailure(call)) told++;
  return { of: calls.length, told };
}

async function tellsOfFailure(call: () => Promise<unknown>): Promise<boolean> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), PATIENCE_MS);
  });
  const called = call().then(
    () => false,
    (error: unknown) => String(codeOf(error)).startsWith("ERR_STORE_"),
  );
  return Promise.race([called, late]).finally(() => clearTimeout(timer));
}

/** What becomes of a value that is written. */
async function fate(storage: Storage, key: string, value: Record<string, unknown>): Promise<Beyond> {
  try {
    await storage.setItem(key, value as Record<string, string>);
    return isDeeply(await storage.getItem(key), value) ? "kept" : "lost";
  } catch {
    return "refused";
  }
}

async function inBatches<Item>(items: readonly Item[], task: (item: Item) => Promise<void>): Promise<void> {
  for (let start = 0; start < items.length; start += BATCH) await Promise.all(items.slice(start, start + BATCH).map(task));
}

function isDeeply(value: unknown, expected: unknown): boolean {
  return JSON.stringify(value) === JSON.stringify(expected);
}

function codeOf(error: unknown): unknown {
  return (error as { code?: unknown } | undefined)?.code;
}
