import { describe, expect, it } from "vitest";
import { createUnstorageTokenStore } from "../../src/backends/unstorage/index.ts";
import type { Secret } from "../../src/backends/unstorage/index.ts";
import type { EdgeTokenStore, StoredToken, TokenInput } from "../../src/index.ts";
import { checkTokens, rotateSecret } from "../../src/maintenance/index.ts";
import { queriesThatFind } from "../conformance/fixture.ts";
import { CrashingStorage, MANNERS } from "../support/crash.ts";
import { freshLayout, layout, storageOver } from "../support/exact-index.ts";
import type { Under } from "../support/interleaved-clients.ts";

const NEW = "the-new-secret-of-thirty-two-characters";
const OLD = "the-old-secret-of-thirty-two-characters";

type Data = Map<string, string>;
const open = (storage: ReturnType<typeof storageOver>, secret: Secret): EdgeTokenStore =>
  createUnstorageTokenStore(storage, { secret, now: () => 1_700_000_000_000 });
const reopen = (data: Data, secret: Secret): EdgeTokenStore => open(storageOver(data), secret);

const token = (name: string, fields: TokenInput = {}): TokenInput => ({
  userName: name,
  clientId: "c1",
  accessToken: `access-${name}`,
  refreshToken: `refresh-${name}`,
  grantToken: `grant-${name}`,
  ...fields,
});

interface Scenario {
  readonly name: string;
  /** The secret that the operation works with; what is there was written with the last of it. */
  readonly secret?: Secret;
  /** Written before, beside the bystanders. */
  readonly prepare?: (store: EdgeTokenStore) => Promise<unknown>;
  readonly act: (store: EdgeTokenStore, id: string) => Promise<unknown>;
  /** A save that follows. */
  readonly next: TokenInput;
  /** Changes more records than one. */
  readonly many?: true;
  /** Asks ahead for what it then has no use for, so that such a read may fail alone. */
  readonly asksAhead?: true;
}

const SCENARIOS: readonly Scenario[] = [
  { name: "insert", act: (store) => store.saveToken(token("eve")), next: token("eve", { scope: "next" }) },
  {
    name: "insert without a user",
    act: (store) => store.saveToken({ grantToken: "grant-new", clientId: "c1" }),
    next: { grantToken: "grant-new", clientId: "c1", scope: "next" },
  },
  {
    name: "insert where a renamed token has the account's first place",
    prepare: async (store) => store.saveToken({ id: (await store.saveToken(token("eve"))).id, userName: "eva" }),
    act: (store) => store.saveToken(token("eve", { accessToken: "another", refreshToken: "another", grantToken: "another" })),
    next: { userName: "eve", clientId: "c1", accessToken: "another" },
  },
  {
    name: "adopt a token that had no user",
    prepare: (store) => store.saveToken({ refreshToken: "refresh-eve", clientId: "c1" }),
    act: (store) => store.saveToken(token("eve")),
    next: token("eve", { scope: "next" }),
    asksAhead: true,
  },
  {
    name: "refresh",
    act: (store) => store.saveToken({ userName: "ann", clientId: "c1", accessToken: "fresh", refreshToken: "rotated", expiresAt: 1 }),
    next: { userName: "ann", clientId: "c1", accessToken: "fresher" },
  },
  {
    name: "rename of the user",
    act: (store, id) => store.saveToken(token("ann", { id, userName: "anna" })),
    next: token("ann", { userName: "anna", scope: "next" }),
  },
  {
    name: "change of the client",
    act: (store, id) => store.saveToken(token("ann", { id, clientId: "c9" })),
    next: token("ann", { clientId: "c9", scope: "next" }),
  },
  { name: "delete", act: (store, id) => store.deleteToken(id), next: token("ann", { scope: "next" }) },
  { name: "deleteTokens", many: true, act: (store) => store.deleteTokens(), next: token("ann", { scope: "next" }) },
  { name: "rotation", many: true, secret: [NEW, OLD], act: (store) => rotateSecret(store), next: token("ann", { scope: "next" }) },
];

interface Prepared {
  readonly data: Data;
  readonly id: string;
  readonly before: readonly StoredToken[];
  /** What there is when it was not cut short. */
  readonly after: readonly StoredToken[];
}

async function prepare({ secret = NEW, prepare: own, act }: Scenario): Promise<Prepared> {
  const data: Data = new Map();
  const writer = reopen(data, Array.isArray(secret) ? (secret.at(-1) as Secret) : secret);
  const { id } = await writer.saveToken(token("ann"));
  // Shares the index entry of its user; and one with an id of the caller's.
  await writer.saveToken(token("ann", { clientId: "c2", accessToken: "access-2", refreshToken: "refresh-2", grantToken: "grant-2" }));
  await writer.saveToken(token("bob", { id: "own" }));
  await own?.(writer);
  const whole = new Map(data);
  const store = reopen(whole, secret);
  const before = await store.getTokens();
  await act(store, id);
  return { data, id, before, after: await reopen(whole, secret).getTokens() };
}

const byId = (tokens: readonly StoredToken[]): StoredToken[] => tokens.toSorted((left, right) => (left.id < right.id ? -1 : 1));

async function expectFound(store: EdgeTokenStore, wanted: StoredToken): Promise<void> {
  for (const query of queriesThatFind(wanted)) expect(await store.findTokens(query)).toContainEqual(wanted);
}

/** What every crash must leave: each token whole as it was before or is after, and no look-up that finds another. */
async function expectSafe(store: EdgeTokenStore, { before, after }: Prepared): Promise<readonly StoredToken[]> {
  const live = await store.getTokens();
  const ids = new Set([...before, ...after].map(({ id }) => id));
  expect(live.filter(({ id }) => !ids.has(id))).toEqual([]);
  for (const id of ids) {
    const of = (tokens: readonly StoredToken[]): StoredToken | undefined => tokens.find((one) => one.id === id);
    expect([of(before), of(after)]).toContainEqual(of(live));
    // What was acknowledged is found by everything until the record itself is another.
    const left = of(live);
    if (left && left.version === of(before)?.version) await expectFound(store, left);
  }
  for (const query of [...before, ...after].flatMap(queriesThatFind)) {
    const found = await store.findTokens(query);
    for (const one of found) {
      expect(one).toMatchObject(query);
      expect(live).toContainEqual(one);
    }
    expect(new Set(found.map(({ id }) => id)).size).toBe(found.length);
  }
  return live;
}

const isNoRegister = (key: string): boolean => key !== "tokens:r:keys";

function hasChanged(before: Data, data: Data): boolean {
  const keys = new Set([...before.keys(), ...data.keys()]);
  return [...keys].some((key) => isNoRegister(key) && before.get(key) !== data.get(key));
}

/** A storage that nobody ever crashed on would hold exactly this. */
async function expectExact(data: Data, tokens: readonly StoredToken[]): Promise<void> {
  const store = reopen(data, NEW);
  expect(byId(await store.getTokens())).toEqual(byId(tokens));
  for (const one of tokens) await expectFound(store, one);
  // The register stays when all tokens are gone, and a storage that was never written to has none.
  expect(layout(data).filter(isNoRegister)).toEqual((await freshLayout(tokens, NEW)).filter(isNoRegister));
  expect(await checkTokens(store)).toMatchObject({ missing: 0, stale: 0, wrong: 0, dangling: 0, damaged: 0, duplicates: 0, leftovers: 0 });
}

/** A check, and for a rotation that was cut short its end, with the current secret alone from then on. */
async function repair(store: EdgeTokenStore, { secret }: Scenario): Promise<void> {
  await checkTokens(store, { repair: true });
  if (secret) await rotateSecret(store);
}

/**
 * @param cutRepairsShort whether the repairs are stopped at each of their driver calls, too
 * @param under what lies under the driver, whose calls count too
 */
export function crashPointsSuite({ cutRepairsShort, under = "no client" }: { cutRepairsShort: boolean; under?: Under }): void {
  describe.each(SCENARIOS)(`$name with ${under} under the driver, stopped before and after each single driver call`, (scenario) => {
    const { secret = NEW, act, next } = scenario;

    /** The storage after each crash there is. */
    async function* crashes(prepared: Prepared): AsyncGenerator<Data> {
      for (const manner of MANNERS) {
        for (let at = 0; ; at++) {
          const data = new Map(prepared.data);
          const crashing = new CrashingStorage(data, at, manner, under);
          const acting = act(open(crashing.storage, secret), prepared.id);
          const acknowledged = await acting.then(
            () => true,
            () => false,
          );
          if (!crashing.crashed) break;
          // A bulk read that is lost alone is made up for by single reads.
          const mayGoOn = manner === "alone" && (under === "a KV binding" || scenario.asksAhead);
          if (!mayGoOn) expect(acknowledged, `crashed ${manner} call ${at}`).toBe(false);
          yield data;
        }
      }
    }

    it("loses nothing, shows nothing wrong, and is repaired to the exact index", async () => {
      const prepared = await prepare(scenario);
      let points = 0;
      for await (const data of crashes(prepared)) {
        points++;
        const live = await expectSafe(reopen(data, secret), prepared);
        // The record goes first: a token that can't be had again is there before anything else has changed.
        if (!scenario.many && hasChanged(prepared.data, data)) expect(byId(live)).toEqual(byId(prepared.after));
        await repair(reopen(data, secret), scenario);
        await expectExact(data, live);
      }
      console.log(`${scenario.name} with ${under}: ${points} crash points`);
      expect(points).toBeGreaterThan(MANNERS.length * 5);
    });

    it("is followed by a save that works, without a repair", async () => {
      const prepared = await prepare(scenario);
      for await (const data of crashes(prepared)) {
        await act(reopen(data, secret), prepared.id);
        const live = await expectSafe(reopen(data, secret), prepared);
        expect(byId(live)).toEqual(byId(prepared.after));
        const saved = await reopen(data, secret).saveToken(next);
        expect(saved).toMatchObject(next);
        await expectFound(reopen(data, secret), saved);
      }
    });

    if (!cutRepairsShort) return;
    it("is repaired even if the repair is stopped before each of its driver calls", async () => {
      const prepared = await prepare(scenario);
      const states = new Set<string>();
      let points = 0;
      for await (const crashed of crashes(prepared)) {
        const live = await reopen(crashed, secret).getTokens();
        const state = JSON.stringify([layout(crashed), live]);
        if (states.has(state)) continue;
        states.add(state);
        for (let at = 0; ; at++) {
          const data = new Map(crashed);
          const crashing = new CrashingStorage(data, at, "before", under);
          await repair(open(crashing.storage, secret), scenario).catch(() => {});
          if (!crashing.crashed) break;
          points++;
          await expectSafe(reopen(data, secret), prepared);
          await repair(reopen(data, secret), scenario);
          await expectExact(data, live);
        }
      }
      console.log(`${scenario.name}: ${points} crash points of the repairs of ${states.size} states`);
    });
  });
}
