import type { CaseList } from "../case-list.ts";
import { expect } from "../expect.ts";
import { all, namedToken } from "../tokens.ts";

/** Listing, at once and streamed. */
export function listCases({ group }: CaseList): void {
  group("list", (it) => {
    it.needing("options")("lists every token, the most recently saved first", async ({ open }) => {
      const store = open({ now: () => 1_700_000_000_000 });
      for (const name of ["ann", "ben", "cas"]) await store.saveToken(namedToken(name));
      await store.saveToken({ ...namedToken("ann"), accessToken: "new" });
      expect((await store.getTokens()).map(({ userName }) => userName)).toEqual(["ann", "cas", "ben"]);
    });

    for (const pageSize of [1, 2, 3, 7, 100])
      it.needing("extended")(`streams each token once, by pages of ${pageSize}`, async ({ open }) => {
        const store = open();
        const names = ["a", "b", "c", "d", "e", "f", "g"];
        await Promise.all(names.map((name) => store.saveToken(namedToken(name))));
        const listed = await all(store.tokens({ pageSize }));
        expect(listed.map(({ userName }) => userName).sort()).toEqual(names);
      });

    it.needing("extended")("streams nothing from an empty store", async ({ open }) => {
      expect(await all(open().tokens())).toEqual([]);
    });
  });
}
