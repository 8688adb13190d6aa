import type { RetentionOptions, StoredToken } from "../../index.ts";
import type { CaseList } from "../case-list.ts";
import { expect, expectCode, expectThrows } from "../expect.ts";
import { manualClock } from "../manual-clock.ts";
import { all, namedToken, queriesFor } from "../tokens.ts";

/** The session policy: what a look-up returns no more, and what a save then does. */
export function retentionCases({ group }: CaseList): void {
  group("retention", ({ needing }) => {
    const it = needing("extended", "options");
    const limits: [string, RetentionOptions, number][] = [
      ["idle for too long", { idleSeconds: 60 }, 60_000],
      ["too old", { maxAgeSeconds: 3600 }, 3_600_000],
      ["too old before it is idle", { idleSeconds: 7200, maxAgeSeconds: 3600 }, 3_600_000],
    ];

    for (const [name, retention, lastsMs] of limits)
      it(`a token that is ${name} is found and listed no more`, async ({ open }) => {
        const clock = manualClock();
        const store = open({ retention, now: clock.now });
        const saved = await store.saveToken(namedToken("ann"));
        clock.advance(lastsMs - 1);
        for (const query of queriesFor(saved)) expect(await store.findToken(query)).toEqual(saved);
        clock.advance(1);
        for (const query of queriesFor(saved)) {
          expect(await store.findToken(query)).toBeNull();
          expect(await store.findTokens(query)).toEqual([]);
        }
        expect(await store.findTokenById(saved.id)).toBeNull();
        expect(await store.getTokens()).toEqual([]);
        expect(await all(store.tokens())).toEqual([]);
      });

    it("each save that changes something ends idleness, and none makes a session younger", async ({ open }) => {
      const clock = manualClock();
      const store = open({ retention: { idleSeconds: 60, maxAgeSeconds: 100 }, now: clock.now });
      const { id } = await store.saveToken(namedToken("ann"));
      clock.advance(50_000);
      await store.saveToken({ id, accessToken: "renewed" });
      clock.advance(49_000);
      expect(await store.findTokenById(id)).toMatchObject({ accessToken: "renewed", refreshToken: "refresh-ann" });
      clock.advance(1000);
      expect(await store.findTokenById(id)).toBeNull();
    });

    const saves: [string, (saved: StoredToken) => object][] = [
      ["its account", () => ({ userName: "ann", clientId: "c" })],
      ["its id", ({ id }) => ({ id, userName: "ann", clientId: "c" })],
      ["its refresh token", () => ({ refreshToken: "refresh-ann", clientId: "c" })],
    ];
    for (const [name, by] of saves)
      it(`a save by ${name} over a session that is over begins a new one, with nothing of the old`, async ({ open }) => {
        const clock = manualClock();
        const store = open({ retention: { idleSeconds: 60 }, now: clock.now });
        const old = await store.saveToken({ ...namedToken("ann"), clientSecret: "old", scope: "old" });
        clock.advance(60_000);
        const input = { ...by(old), accessToken: "new" };
        await expectCode(store.saveToken(input, { ifVersion: old.version }), "ERR_CONFLICT");
        const saved = await store.saveToken(input, { ifVersion: 0 });
        expect(saved).toEqual({ ...input, id: old.id, createdAt: clock.now(), updatedAt: clock.now(), version: 2 });
        expect(await store.findToken(by(old))).toEqual(saved);
        expect(await store.getTokens()).toEqual([saved]);
        expect(await store.findToken({ accessToken: "access-ann" })).toBeNull();
        expect(await store.findToken({ grantToken: "grant-ann" })).toBeNull();
      });

    it("saving what is stored over a session that is over begins a new one too", async ({ open }) => {
      const clock = manualClock();
      const store = open({ retention: { maxAgeSeconds: 60 }, now: clock.now });
      await store.saveToken(namedToken("ann"));
      clock.advance(60_000);
      const again = await store.saveToken(namedToken("ann"));
      expect(again).toMatchObject({ createdAt: clock.now(), version: 2 });
      expect(await store.findToken({ userName: "ann" })).toEqual(again);
    });

    it("a live session is found past one that is over, and saved to", async ({ open }) => {
      const clock = manualClock();
      const store = open({ retention: { maxAgeSeconds: 60 }, now: clock.now });
      const old = await store.saveToken(namedToken("ann"));
      clock.advance(30_000);
      const own = await store.saveToken({ id: "own", userName: "ann", clientId: "c", accessToken: "b" });
      await store.saveToken({ id: old.id, scope: "saved last" });
      clock.advance(30_000);
      for (const query of [{ userName: "ann" }, { userName: "ann", clientId: "c" }]) {
        expect(await store.findToken(query)).toEqual(own);
        expect(await store.findTokens(query)).toEqual([own]);
      }
      expect(await store.saveToken({ userName: "ann", clientId: "c", scope: "s" })).toMatchObject({ id: "own", version: 2 });
    });

    it("a log-in after a session that is over takes over what is stored of it without a name", async ({ open }) => {
      const clock = manualClock();
      const store = open({ retention: { idleSeconds: 60 }, now: clock.now });
      const over = await store.saveToken({ userName: "ann", clientId: "c", refreshToken: "old" });
      clock.advance(60_000);
      const nameless = await store.saveToken({ clientId: "c", grantToken: "grant", refreshToken: "new", accessToken: "access" });
      const saved = await store.saveToken({ userName: "ann", clientId: "c", grantToken: "grant" });
      expect(saved).toMatchObject({ id: nameless.id, refreshToken: "new", accessToken: "access" });
      expect(await store.findToken({ userName: "ann", clientId: "c" })).toEqual(saved);
      expect(saved.id === over.id).toBe(false);
    });

    it("a token can be deleted after its session is over", async ({ open }) => {
      const clock = manualClock();
      const store = open({ retention: { idleSeconds: 1 }, now: clock.now });
      const { id } = await store.saveToken(namedToken("ann"));
      clock.advance(1000);
      await store.deleteToken(id);
      clock.advance(-1000);
      expect(await store.findTokenById(id)).toBeNull();
    });

    it("refuses limits that are none", ({ open }) => {
      for (const retention of [
        null,
        1,
        [],
        { idleSeconds: 0 },
        { idleSeconds: -1 },
        { maxAgeSeconds: "60" },
        { idleSeconds: Number.NaN },
        { days: 1 },
      ]) {
        expectThrows(() => open({ retention } as object), "ERR_OPTION_INVALID");
      }
      open({ retention: {} });
    });
  });
}
