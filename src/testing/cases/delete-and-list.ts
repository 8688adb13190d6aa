import type { TokenEvent } from "../../index.ts";
import { expect, expectCode, expectThrows } from "../expect.ts";
import { all, namedToken, queriesFor } from "../tokens.ts";
import type { CaseList } from "../case-list.ts";

/** Removal, listing, events, and the end of a store. */
export function deleteAndListCases({ group }: CaseList): void {
  const token = namedToken;

  group("delete", (it) => {
    it("removes a token from every look-up", async ({ open }) => {
      const store = open();
      const ann = await store.saveToken(token("ann"));
      const ben = await store.saveToken(token("ben"));
      await store.deleteToken(ann.id);
      for (const query of queriesFor(ann)) {
        expect(await store.findToken(query)).toBeNull();
      }
      expect(await store.getTokens()).toEqual([ben]);
    });

    it("resolves for an id that is unknown, and for one deleted before", async ({ open }) => {
      const store = open();
      const saved = await store.saveToken(token("ann"));
      expect(await store.deleteToken("nobody")).toBe(undefined);
      await store.deleteToken(saved.id);
      expect(await store.deleteToken(saved.id)).toBe(undefined);
    });

    it("removes all tokens and can go on", async ({ open }) => {
      const store = open();
      for (const name of ["ann", "ben", "cas"]) await store.saveToken(token(name));
      expect(await store.deleteTokens()).toBe(undefined);
      expect(await store.getTokens()).toEqual([]);
      expect(await store.findToken({ userName: "ann" })).toBeNull();
      expect(await store.findToken({ accessToken: "access-ben" })).toBeNull();
      await store.deleteTokens();
      expect(await store.saveToken(token("ann"))).toMatchObject({ version: 1 });
    });

    it.needing("options")("leaves a neighbour's tokens alone", async ({ open }) => {
      const [own, neighbour, longer] = ["app", "app2", "app_x"].map((namespace) => open({ namespace }));
      const kept = await neighbour!.saveToken(token("ann"));
      const keptToo = await longer!.saveToken(token("ann"));
      await own!.saveToken(token("ann"));
      await own!.deleteTokens();
      expect(await own!.findToken({ userName: "ann" })).toBeNull();
      expect(await neighbour!.findToken({ userName: "ann" })).toEqual(kept);
      expect(await neighbour!.findToken({ accessToken: "access-ann" })).toEqual(kept);
      expect(await longer!.getTokens()).toEqual([keptToo]);
    });

    it.needing("stranger")("leaves foreign data in the same storage alone, and lists none of it", async ({ open, stranger }) => {
      await stranger.write();
      const before = await stranger.read();
      const store = open();
      const saved = await store.saveToken(token("ann"));
      expect(await store.getTokens()).toEqual([saved]);
      await store.deleteTokens();
      expect(await store.getTokens()).toEqual([]);
      expect(await stranger.read()).toEqual(before);
    });
  });

  group("list", (it) => {
    it.needing("options")("lists every token, the most recently saved first", async ({ open }) => {
      const store = open({ now: () => 1_700_000_000_000 });
      for (const name of ["ann", "ben", "cas"]) await store.saveToken(token(name));
      await store.saveToken({ ...token("ann"), accessToken: "new" });
      expect((await store.getTokens()).map(({ userName }) => userName)).toEqual(["ann", "cas", "ben"]);
    });

    for (const pageSize of [1, 2, 3, 7, 100])
      it.needing("extended")(`streams each token once, by pages of ${pageSize}`, async ({ open }) => {
        const store = open();
        const names = ["a", "b", "c", "d", "e", "f", "g"];
        await Promise.all(names.map((name) => store.saveToken(token(name))));
        const listed = await all(store.tokens({ pageSize }));
        expect(listed.map(({ userName }) => userName).sort()).toEqual(names);
      });

    it.needing("extended")("streams nothing from an empty store", async ({ open }) => {
      expect(await all(open().tokens())).toEqual([]);
    });
  });

  group("events", (it) => {
    it.needing("extended")("tells of each change, by id only", async ({ open }) => {
      const store = open();
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

    it.needing("extended")("tells a listener nothing after it has left", async ({ open }) => {
      const store = open();
      const events: TokenEvent[] = [];
      const leave = store.subscribe((event) => events.push(event));
      leave();
      leave();
      await store.saveToken(token("ann"));
      expect(events).toEqual([]);
    });
  });

  group("close", (it) => {
    it.needing("extended")("refuses every call afterwards", async ({ open }) => {
      const store = open();
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
      expectThrows(() => store.tokens(), "ERR_STORE_CLOSED");
      expectThrows(() => store.subscribe(() => {}), "ERR_STORE_CLOSED");
    });

    it.needing("extended")("lets the saves under way end", async ({ open }) => {
      const store = open();
      const saving = store.saveToken(token("ann"));
      await store.close();
      expect(await saving).toMatchObject({ userName: "ann" });
    });
  });
}
