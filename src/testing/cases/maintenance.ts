import type { EdgeTokenStore, StoredToken, TokenEvent, TokenStoreOptions } from "../../index.ts";
import { checkTokens, sweepTokens } from "../../maintenance/index.ts";
import type { CheckReport, SweepReport } from "../../maintenance/index.ts";
import type { CaseContext, CaseList } from "../case-list.ts";
import { expect, expectCode } from "../expect.ts";
import { manualClock } from "../manual-clock.ts";
import type { ManualClock } from "../manual-clock.ts";
import { namedToken, queriesFor } from "../tokens.ts";

/** A report of a check that found nothing. */
export const CLEAN: Omit<CheckReport, "records" | "pointers"> = {
  missing: 0,
  stale: 0,
  wrong: 0,
  dangling: 0,
  damaged: 0,
  duplicates: 0,
  unreadable: 0,
  leftovers: 0,
  orphans: 0,
  repaired: 0,
};

const HOUR_MS = 3_600_000;

function heardFrom(store: EdgeTokenStore): TokenEvent[] {
  const heard: TokenEvent[] = [];
  store.subscribe((event) => heard.push(event));
  return heard;
}

/** One token of each kind, an hour before they are looked at. */
async function filled(open: CaseContext["open"], options: TokenStoreOptions = {}): Promise<{ store: EdgeTokenStore; clock: ManualClock }> {
  const clock = manualClock();
  const store = open({ now: clock.now, ...options });
  const expiresAt = clock.now() + HOUR_MS;
  await store.saveToken({ id: "expired", userName: "ann", clientId: "c", accessToken: "1", expiresAt });
  await store.saveToken({ id: "expired, with a grant", accessToken: "2", grantToken: "2", expiresAt });
  await store.saveToken({ id: "valid", accessToken: "3", expiresAt: expiresAt + 1 });
  await store.saveToken({ id: "without end", accessToken: "4" });
  await store.saveToken({ id: "refreshable", accessToken: "5", refreshToken: "5", expiresAt });
  await store.saveToken({ id: "grant", grantToken: "6" });
  await store.saveToken({ id: "refresh", refreshToken: "7" });
  clock.advance(HOUR_MS);
  return { store, clock };
}

/** Check and sweep, on every engine. */
export function maintenanceCases({ group }: CaseList): void {
  group("checkTokens", ({ needing }) => {
    const it = needing("maintained", "extended", "options");
    it("finds nothing to mend after any use of the store, and changes nothing", async ({ open }) => {
      const store = open();
      const saved: StoredToken[] = [];
      for (let number = 0; number < 12; number++) saved.push(await store.saveToken(namedToken(`user-${number % 10}`)));
      await store.saveToken({ id: saved[0]!.id, accessToken: "b", userName: "renamed" });
      await store.saveToken({ id: saved[1]!.id, grantToken: null, clientId: "d" });
      await store.deleteToken(saved[2]!.id);
      const before = await store.getTokens();
      for (const repair of [false, true]) {
        const report = await checkTokens(store, { repair });
        expect(report).toMatchObject({ ...CLEAN, records: 9 });
        expect([0, 9 * 5 - 1].includes(report.pointers)).toBe(true);
      }
      expect(await store.getTokens()).toEqual(before);
    });

    it("finds nothing to mend in a store that looks up by few fields", async ({ open }) => {
      const narrow = open({ lookups: ["user"] });
      for (const name of ["ann", "ben"]) await narrow.saveToken(namedToken(name));
      expect(await checkTokens(narrow, { repair: true })).toMatchObject({ ...CLEAN, records: 2 });
    });

    const itShared = needing("maintained", "extended", "options", "shared");
    itShared("gives a store that looks up by more fields than before the index entries for them", async ({ open }) => {
      const narrow = open({ lookups: ["user"] });
      const saved: StoredToken[] = [];
      for (const name of ["ann", "ben"]) saved.push(await narrow.saveToken(namedToken(name)));
      const wide = open();
      expect(await checkTokens(wide)).toMatchObject({ ...CLEAN, missing: 8 });
      expect(await checkTokens(wide, { repair: true })).toMatchObject({ ...CLEAN, missing: 8, repaired: 8 });
      expect(await checkTokens(wide, { repair: true })).toMatchObject({ ...CLEAN, records: 2 });
      for (const token of saved) for (const query of queriesFor(token)) expect(await wide.findToken(query)).toEqual(token);
      expect(await checkTokens(narrow, { repair: true })).toMatchObject({ ...CLEAN, records: 2 });
    });

    it("reports several records of one account, and merges none that a caller has named", async ({ open }) => {
      const store = open();
      const own = await store.saveToken({ id: "own", ...namedToken("ann") });
      const derived = await store.saveToken({ userName: "ben", clientId: "c", accessToken: "b" });
      const another = await store.saveToken({ id: "another", userName: "ben", clientId: "c", accessToken: "b" });
      expect(await checkTokens(store, { repair: true })).toMatchObject({ ...CLEAN, records: 3, duplicates: 1 });
      for (const token of [own, derived, another]) expect(await store.findTokenById(token.id)).toEqual(token);
    });
  });

  group("sweepTokens", ({ needing }) => {
    const it = needing("maintained", "extended", "options");
    const ids = async (store: EdgeTokenStore): Promise<string[]> => (await store.getTokens()).map(({ id }) => id).sort();
    const KEPT = ["grant", "refresh", "refreshable", "valid", "without end"];

    it("removes what has expired and can't be renewed, once, and says so", async ({ open }) => {
      const { store } = await filled(open);
      const heard = heardFrom(store);
      const expected: SweepReport = { records: 7, expired: 2, over: 0, unreadable: 0, removed: 2 };
      expect(await sweepTokens(store, { dryRun: true })).toEqual({ ...expected, removed: 0 });
      expect(heard).toEqual([]);
      expect(await sweepTokens(store)).toEqual(expected);
      expect(await ids(store)).toEqual(KEPT);
      expect(new Set(heard)).toEqual(
        new Set([
          { type: "deleted", id: "expired" },
          { type: "deleted", id: "expired, with a grant" },
        ]),
      );
      expect(heard).toHaveLength(2);
      expect(await store.findToken({ userName: "ann", clientId: "c" })).toBeNull();
      expect(await sweepTokens(store)).toEqual({ records: 5, expired: 0, over: 0, unreadable: 0, removed: 0 });
      expect(await checkTokens(store)).toMatchObject({ ...CLEAN, records: 5 });
    });

    it("keeps an expired token with a grant token that may still be exchanged", async ({ open }) => {
      const { store, clock } = await filled(open);
      await store.saveToken({ id: "expired, with a grant", grantToken: "fresh" });
      clock.advance(10 * 60_000 - 1);
      expect(await sweepTokens(store)).toMatchObject({ expired: 2, removed: 2 });
      expect(await ids(store)).toEqual(["expired, with a grant", "grant", "refresh", "refreshable", "without end"]);
      clock.advance(1);
      expect(await sweepTokens(store)).toMatchObject({ removed: 1 });
    });

    it("removes sessions that are over, refresh tokens and all, where retention says so", async ({ open }) => {
      const { store, clock } = await filled(open, { retention: { idleSeconds: 7200 } });
      await store.saveToken({ id: "refresh", refreshToken: "rotated" });
      clock.advance(HOUR_MS);
      const heard = heardFrom(store);
      expect(await sweepTokens(store)).toEqual({ records: 7, expired: 0, over: 6, unreadable: 0, removed: 6 });
      expect(await ids(store)).toEqual(["refresh"]);
      expect(heard).toHaveLength(6);
    });

    it("beside saves takes nothing that was renewed", async ({ open }) => {
      const clock = manualClock();
      const store = open({ now: clock.now });
      const expiresAt = clock.now() + 1;
      const saved = await Promise.all(
        Array.from({ length: 20 }, (_, number) =>
          store.saveToken({ ...namedToken(`${number}`), refreshToken: null, grantToken: null, expiresAt }),
        ),
      );
      clock.advance(1);
      const renew = ({ userName, clientId }: StoredToken): Promise<StoredToken> =>
        store.saveToken({ userName, clientId, accessToken: `renewed-${userName}` });
      const [report, ...renewed] = await Promise.all([sweepTokens(store), ...saved.slice(0, 15).map(renew)]);
      for (const token of renewed) {
        for (const query of [{ accessToken: token.accessToken }, { userName: token.userName, clientId: "c" }]) {
          expect(await store.findToken(query)).toMatchObject({ accessToken: token.accessToken });
        }
      }
      expect(report.removed >= 5).toBe(true);
      expect(await store.getTokens()).toHaveLength(15);
      expect(await checkTokens(store, { repair: true })).toMatchObject({ ...CLEAN, records: 15 });
    });
  });

  group("maintenance", ({ needing }) => {
    const it = needing("maintained", "extended");
    it("refuses bad options and a store that was closed", async ({ open }) => {
      const store = open();
      await expectCode(checkTokens(store, { mend: true } as object), "ERR_OPTION_INVALID");
      await expectCode(checkTokens(store, { repair: 1 } as object), "ERR_OPTION_INVALID");
      await expectCode(sweepTokens(store, { repair: true } as object), "ERR_OPTION_INVALID");
      await expectCode(sweepTokens(store, { dryRun: "no" } as object), "ERR_OPTION_INVALID");
      for (const run of [checkTokens, sweepTokens]) await expectCode(run({} as EdgeTokenStore), "ERR_OPTION_INVALID");
      await store.close();
      for (const run of [checkTokens, sweepTokens]) await expectCode(run(store), "ERR_STORE_CLOSED");
    });
  });
}
