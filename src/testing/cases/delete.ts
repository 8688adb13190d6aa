import type { CaseList } from "../case-list.ts";
import { expect } from "../expect.ts";
import { namedToken, queriesFor } from "../tokens.ts";

/** Removal of one and of all, and of nothing beside them. */
export function deleteCases({ group }: CaseList): void {
  group("delete", (it) => {
    it("removes a token from every look-up", async ({ open }) => {
      const store = open();
      const ann = await store.saveToken(namedToken("ann"));
      const ben = await store.saveToken(namedToken("ben"));
      await store.deleteToken(ann.id);
      for (const query of queriesFor(ann)) {
        expect(await store.findToken(query)).toBeNull();
      }
      expect(await store.getTokens()).toEqual([ben]);
    });

    it("resolves for an id that is unknown, and for one deleted before", async ({ open }) => {
      const store = open();
      const saved = await store.saveToken(namedToken("ann"));
      expect(await store.deleteToken("nobody")).toBe(undefined);
      await store.deleteToken(saved.id);
      expect(await store.deleteToken(saved.id)).toBe(undefined);
    });

    it("removes all tokens and can go on", async ({ open }) => {
      const store = open();
      for (const name of ["ann", "ben", "cas"]) await store.saveToken(namedToken(name));
      expect(await store.deleteTokens()).toBe(undefined);
      expect(await store.getTokens()).toEqual([]);
      expect(await store.findToken({ userName: "ann" })).toBeNull();
      expect(await store.findToken({ accessToken: "access-ben" })).toBeNull();
      await store.deleteTokens();
      expect(await store.saveToken(namedToken("ann"))).toMatchObject({ version: 1 });
    });

    it.needing("options")("leaves a neighbour's tokens alone", async ({ open }) => {
      const [own, neighbour, longer] = ["app", "app2", "app_x"].map((namespace) => open({ namespace }));
      const kept = await neighbour!.saveToken(namedToken("ann"));
      const keptToo = await longer!.saveToken(namedToken("ann"));
      await own!.saveToken(namedToken("ann"));
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
      const saved = await store.saveToken(namedToken("ann"));
      expect(await store.getTokens()).toEqual([saved]);
      await store.deleteTokens();
      expect(await store.getTokens()).toEqual([]);
      expect(await stranger.read()).toEqual(before);
    });
  });
}
