import { createStorage } from "unstorage";
import type { Driver } from "unstorage";
import memoryDriver from "unstorage/drivers/memory";
import { afterAll, describe, expect, it } from "vitest";
import { createUnstorageTokenStore } from "../../src/backends/unstorage/index.ts";
import type { EdgeTokenStore, StoredToken, TokenQuery } from "../../src/index.ts";
import { checkTokens } from "../../src/maintenance/index.ts";
import { namedToken, queriesFor } from "../conformance/fixture.ts";
import { CLEAN } from "../../src/testing/cases/maintenance.ts";
import { SECRET } from "../conformance/unstorage-fixture.ts";
import { instrumentDriver } from "../../src/testing/index.ts";

/** One client's work: what is stored of its token afterwards; undefined where nothing is. */
type Work = (store: EdgeTokenStore, ann: StoredToken) => Promise<StoredToken | undefined>;

const WORKS: [string, Work, inserts?: boolean][] = [
  ["inserts", (store) => store.saveToken(namedToken("eve")), true],
  ["inserts a second token of a user", (store) => store.saveToken({ ...namedToken("ben"), clientId: "d" }), true],
  ["refreshes", (store, { id }) => store.saveToken({ id, accessToken: "new", refreshToken: "rotated" })],
  ["renames", (store, { id }) => store.saveToken({ id, userName: "anna" })],
  ["takes a name again that it had before", (store, { id }) => store.saveToken({ id, userName: "ann-before" })],
  ["takes a token again that it had before", (store, { id }) => store.saveToken({ id, accessToken: "access-before" })],
  ["deletes", (store, { id }) => store.deleteToken(id).then(() => undefined)],
  [
    "deletes and inserts anew",
    async (store, { id }) => {
      await store.deleteToken(id);
      return store.saveToken({ ...namedToken("ann"), accessToken: "access-before" });
    },
    true,
  ],
  ["saves what is stored", (store) => store.saveToken(namedToken("ann"))],
];

/** A second process over the same data: it shares no queue with the first. */
const processOver = (driver: Driver, before?: Parameters<typeof instrumentDriver>[1]): EdgeTokenStore =>
  createUnstorageTokenStore(createStorage({ driver: before ? instrumentDriver({ ...driver }, before) : { ...driver } }), {
    secret: SECRET,
  });

interface Data {
  driver: Driver;
  ann: StoredToken;
  ben: StoredToken;
}

/** Data with every fault that a crash or a race leaves. */
async function makeFaulty(): Promise<Data> {
  const driver = memoryDriver() as Driver;
  const raw = driver.getInstance!() as Map<string, string>;
  const store = processOver(driver);
  const { id } = await store.saveToken({ ...namedToken("ann"), userName: "ann-before", accessToken: "access-before" });
  const before = new Map(raw);
  const ann = await store.saveToken({ id, userName: "ann", accessToken: "access-ann" });
  const gone = await store.saveToken({ id: "gone", accessToken: "gone" });
  const withGone = new Map(raw);
  await store.deleteToken(gone.id);
  // Stale and dangling ones come back, and a list is damaged.
  for (const [key, value] of [...before, ...withGone]) if (key.includes(":x:") && !raw.has(key)) raw.set(key, value);
  raw.set(`tokens:x:grant:${"0".repeat(32)}`, "x");
  const known = new Set(raw.keys());
  const ben = await store.saveToken(namedToken("ben"));
  // And ben's are missing.
  for (const key of raw.keys()) if (key.includes(":x:") && !known.has(key)) raw.delete(key);
  return { driver, ann, ben };
}

let original: Promise<Data> | undefined;

/** The same data each time, for one use. */
async function faulty(): Promise<Data> {
  const { driver, ann, ben } = await (original ??= makeFaulty());
  const copy = memoryDriver() as Driver;
  const raw = copy.getInstance!() as Map<string, string>;
  for (const [key, value] of driver.getInstance!() as Map<string, string>) raw.set(key, value);
  return { driver: copy, ann, ben };
}

let total = 0;
afterAll(() => console.log(`check and client interleaved at ${total} points`));

/** By account always; and by every other value that no two tokens share: such lists another process may overwrite. */
async function expectReachable(store: EdgeTokenStore, token: StoredToken, others: readonly StoredToken[]): Promise<void> {
  expect(await store.findToken({ userName: token.userName, clientId: token.clientId })).toEqual(token);
  const shared = (query: TokenQuery): boolean =>
    others.some((other) => other.id !== token.id && Object.entries(query).every(([field, value]) => other[field as "id"] === value));
  for (const query of queriesFor(token).filter((one) => !shared(one))) expect(await store.findToken(query)).toEqual(token);
}

async function expectExact(store: EdgeTokenStore, tokens: readonly StoredToken[]): Promise<void> {
  expect(await checkTokens(store)).toMatchObject({ ...CLEAN, records: tokens.length });
  for (const token of tokens) {
    for (const query of queriesFor(token)) expect(await store.findTokens(query)).toContainEqual(token);
  }
}

describe.each(WORKS)("checkTokens beside another process that %s", (name, work) => {
  /** What must be there afterwards. */
  const alive = ({ ann, ben }: Data, saved: StoredToken | undefined): StoredToken[] => [
    ben,
    ...(saved ? [saved] : []),
    ...(name.startsWith("inserts") ? [ann] : []),
  ];

  it("at each of the check's calls loses nothing, and leaves all exact", async () => {
    let points = 0;
    for (let point = 0; ; point++) {
      const data = await faulty();
      const { driver, ann } = data;
      const client = processOver(driver);
      let calls = 0;
      let saved: StoredToken | undefined;
      const checking = processOver(driver, async () => {
        if (calls++ === point) saved = await work(client, ann);
      });
      await checkTokens(checking, { repair: true });
      if (calls <= point) break;
      points++;
      const tokens = alive(data, saved);
      for (const token of tokens) await expectReachable(client, token, tokens);
      await checkTokens(client, { repair: true });
      await expectExact(client, tokens);
    }
    total += points;
    expect(points).toBeGreaterThan(20);
  });

  it("run at each of the client's calls loses nothing, and the next check leaves all exact", async () => {
    let points = 0;
    for (let point = 0; ; point++) {
      const data = await faulty();
      const { driver, ann } = data;
      const checking = processOver(driver);
      let calls = 0;
      const client = processOver(driver, async () => {
        if (calls++ === point) await checkTokens(checking, { repair: true });
      });
      const saved = await work(client, ann);
      if (calls <= point) break;
      points++;
      const tokens = alive(data, saved);
      for (const token of tokens) await expectReachable(checking, token, tokens);
      await checkTokens(checking, { repair: true });
      await expectExact(checking, tokens);
    }
    total += points;
    expect(points).toBeGreaterThan(1);
  });
});

// Of a record that is inserted just then, only the pass over the records finds what the removal of a list took.
describe.each(WORKS.filter(([, , inserts]) => !inserts))("checkTokens beside another process that %s", (_name, work) => {
  it("stopped before it has come to the records loses nothing either", async () => {
    for (let point = 0; ; point++) {
      const data = await faulty();
      const { driver, ann } = data;
      const client = processOver(driver);
      let calls = 0;
      let saved: StoredToken | undefined;
      const checking = processOver(driver, async () => {
        if (calls++ === point) saved = await work(client, ann);
      });
      const controller = new AbortController();
      const stop = (): void => controller.abort(new Error("stopped"));
      await expect(checkTokens(checking, { repair: true, signal: controller.signal, onProgress: stop })).rejects.toThrow("stopped");
      if (calls <= point) break;
      total++;
      const tokens = saved ? [saved] : [];
      for (const token of tokens) await expectReachable(client, token, [...tokens, data.ben, data.ann]);
      await checkTokens(client, { repair: true });
      await expectExact(client, [data.ben, ...tokens]);
    }
  });
});

it("checkTokens beside saves and deletions of the same process takes nothing from them", async () => {
  for (let round = 0; round < 8; round++) {
    const { driver, ann, ben } = await faulty();
    const store = processOver(driver, () => new Promise((resolve) => void setTimeout(resolve, Math.random() * 2)));
    const [, renewed, ...inserted] = await Promise.all([
      checkTokens(store, { repair: true }),
      store.saveToken({ id: ann.id, userName: "ann-before", accessToken: "access-before" }),
      ...Array.from({ length: 8 }, (_, number) => store.saveToken({ ...namedToken(`new-${number % 4}`), clientId: `c${number}` })),
      store.deleteToken(ben.id),
    ]);
    const tokens = [renewed, ...(inserted.slice(0, 8) as StoredToken[])];
    for (const token of tokens) {
      for (const query of [{ id: token.id }, { userName: token.userName, clientId: token.clientId }, { accessToken: token.accessToken }]) {
        expect(await store.findTokens(query)).not.toEqual([]);
      }
    }
    await checkTokens(store, { repair: true });
    expect(await checkTokens(store)).toMatchObject({ ...CLEAN, records: 9 });
    expect((await store.getTokens()).map(({ id }) => id).sort()).toEqual(tokens.map(({ id }) => id).sort());
  }
});
