import { describe, expect, it } from "vitest";
import type { TokenEvent } from "../../src/index.ts";
import { all, expectCode, namedToken, queriesFor } from "./fixture.ts";
import type { Fixture } from "./fixture.ts";

/** Removal, listing, events, and the end of a store. */
export function deleteAndListSuite(fixture: () => Fixture): void {
  const token = namedToken;

  describe("delete", () => {
    it("removes a token from every look-up", async () => {
      const store = fixture().open();
      const ann = await store.saveToken(token("ann"));
      const ben = await store.saveToken(token("ben"));
      await store.deleteToken(ann.id);
      for (const query of queriesFor(ann)) {
        expect(await store.findToken(query)).toBeNull();
      }
      expect(await store.getTokens()).toEqual([ben]);
    });

    it("resolves for an id that is unknown, and for one deleted before", async () => {
      const store = fixture().open();
      const saved = await store.saveToken(token("ann"));
      await expect(store.deleteToken("nobody")).resolves.toBeUndefined();
      await store.deleteToken(saved.id);
      await expect(store.deleteToken(saved.id)).resolves.toBeUndefined();
    });

    it("removes all tokens and can go on", async () => {
      const store = fixture().open();
      for (const name of ["ann", "ben", "cas"]) await store.saveToken(token(name));
      await expect(store.deleteTokens()).resolves.toBeUndefined();
      expect(await store.getTokens()).toEqual([]);
      expect(await store.findToken({ userName: "ann" })).toBeNull();
      expect(await store.findToken({ accessToken: "access-ben" })).toBeNull();
      await store.deleteTokens();
      expect(await store.saveToken(token("ann"))).toMatchObject({ version: 1 });
    });

    it("leaves a neighbour's tokens alone", async () => {
      const [own, neighbour, longer] = ["app", "app2", "app_x"].map((namespace) => fixture().open({ namespace }));
      const kept = await neighbour!.saveToken(token("ann"));
      const keptToo = await longer!.saveToken(token("ann"));
      await own!.saveToken(token("ann"));
      await own!.deleteTokens();
      expect(await own!.findToken({ userName: "ann" })).toBeNull();
      expect(await neighbour!.findToken({ userName: "ann" })).toEqual(kept);
      expect(await neighbour!.findToken({ accessToken: "access-ann" })).toEqual(kept);
      expect(await longer!.getTokens()).toEqual([keptToo]);
    });

    it("leaves foreign data in the same storage alone, and lists none of it", async () => {
      const { stranger } = fixture();
      await stranger.write();
      const before = await stranger.read();
      const store = fixture().open();
      const saved = await store.saveToken(token("ann"));
      expect(await store.getTokens()).toEqual([saved]);
      await store.deleteTokens();
      expect(await store.getTokens()).toEqual([]);
      expect(await stranger.read()).toEqual(before);
    });
  });

  describe("list", () => {
    it("lists every token, the most recently saved first", async () => {
      const store = fixture().open({ now: () => 1_700_000_000_000 });
      for (const name of ["ann", "ben", "cas"]) await store.saveToken(token(name));
      await store.saveToken({ ...token("ann"), accessToken: "new" });
      expect((await store.getTokens()).map(({ userName }) => userName)).toEqual(["ann", "cas", "ben"]);
    });

    it.each([1, 2, 3, 7, 100])("streams each token once, by pages of %i", async (pageSize) => {
      const store = fixture().open();
      const names = ["a", "b", "c", "d", "e", "f", "g"];
      await Promise.all(names.map((name) => store.saveToken(token(name))));
      const listed = await all(store.tokens({ pageSize }));
      expect(listed.map(({ userName }) => userName).sort()).toEqual(names);
    });

    it("streams nothing from an empty store", async () => {
      expect(await all(fixture().open().tokens())).toEqual([]);
    });
  });

  describe("events", () => {
    it("tells of each change, by id only", async () => {
      const store = fixture().open();
      const events: TokenEvent[] = [];
      store.subscribe((event) => events.push(event));
      const { id } = await store.saveToken(token("ann"));
      await store.saveToken({ id, accessToken: "b" });
      await store.deleteToken(id);
      await store.deleteToken(id);
      await store.deleteTokens();
      expect(events).toEqual([
        { type: "saved", id, version: 1 },
        { type: "saved", id, version: 2 },
        { type: "deleted", id },
        { type: "cleared" },
      ]);
    });

    it("tells a listener nothing after it has left", async () => {
      const store = fixture().open();
      const events: TokenEvent[] = [];
      const leave = store.subscribe((event) => events.push(event));
      leave();
      leave();
      await store.saveToken(token("ann"));
      expect(events).toEqual([]);
    });
  });

  describe("close", () => {
    it("refuses every call afterwards", async () => {
      const store = fixture().open();
      await store.saveToken(token("ann"));
      await store.close();
      await store.close();
      await expectCode(store.findToken({ userName: "ann" }), "ERR_STORE_CLOSED");
      await expectCode(store.findTokens({}), "ERR_STORE_CLOSED");
      await expectCode(store.findTokenById("x"), "ERR_STORE_CLOSED");
      await expectCode(store.saveToken(token("ann")), "ERR_STORE_CLOSED");
      await expectCode(store.deleteToken("x"), "ERR_STORE_CLOSED");
      await expectCode(store.getTokens(), "ERR_STORE_CLOSED");
      await expectCode(store.deleteTokens(), "ERR_STORE_CLOSED");
      expect(() => store.tokens()).toThrow(expect.objectContaining({ code: "ERR_STORE_CLOSED" }));
      expect(() => store.subscribe(() => {})).toThrow(expect.objectContaining({ code: "ERR_STORE_CLOSED" }));
    });

    it("lets the saves under way end", async () => {
      const store = fixture().open();
      const saving = store.saveToken(token("ann"));
      await store.close();
      await expect(saving).resolves.toMatchObject({ userName: "ann" });
    });
  });
}
