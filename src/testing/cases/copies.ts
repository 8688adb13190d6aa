import type { StoredToken, TokenInput } from "../../index.ts";
import type { CaseList } from "../case-list.ts";
import { expect } from "../expect.ts";
import { all, namedToken, queriesFor } from "../tokens.ts";

/** A store and its callers share no object: neither what is given, nor what is handed out. */
export function copyCases({ group }: CaseList): void {
  group("copies", (it) => {
    it("of what is stored are handed out: changing one changes nothing", async ({ open, findAll }) => {
      const store = open();
      const saved = await store.saveToken(namedToken("ann"));
      const expected = { ...saved };
      const spoil = (token: StoredToken | null): void => void Object.assign(token ?? {}, { refreshToken: "changed", version: 99 });
      spoil(saved);
      for (let look = 0; look < 2; look++) {
        for (const query of queriesFor(expected)) {
          const found = [await store.findToken(query), ...(await findAll(store, query))];
          for (const token of found) {
            expect(token).toEqual(expected);
            spoil(token);
          }
        }
        spoil(await store.findTokenById(expected.id));
        for (const token of await store.getTokens()) spoil(token);
      }
      expect(await store.findTokenById(expected.id)).toEqual(expected);
      expect(await store.getTokens()).toEqual([expected]);
    });

    it.needing("extended")("of what is stored are streamed, too", async ({ open }) => {
      const store = open();
      const saved = await store.saveToken(namedToken("ann"));
      for (const token of await all(store.tokens())) token.refreshToken = "changed";
      expect(await all(store.tokens())).toEqual([saved]);
    });

    it("of what is given are taken at the call, whatever becomes of it meanwhile", async ({ open }) => {
      const store = open();
      const token: TokenInput = namedToken("ann");
      const saving = store.saveToken(token);
      Object.assign(token, namedToken("ben"));
      const saved = await saving;
      expect(saved).toMatchObject(namedToken("ann"));
      const query: TokenInput = { userName: "ann" };
      const finding = store.findToken(query);
      query.userName = "ben";
      expect(await finding).toEqual(saved);
    });
  });
}
