import type { StoredToken } from "../../index.ts";
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

    it("lists and finds the most recently saved first, by whatever clock it has", async ({ open }) => {
      const store = open();
      const tick = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 2));
      const saved: StoredToken[] = [];
      for (const clientId of ["a", "b", "c"]) {
        await tick();
        saved.push(await store.saveToken({ userName: "ann", clientId, refreshToken: clientId }));
      }
      expect((await store.getTokens()).map(({ id }) => id)).toEqual(saved.map(({ id }) => id).toReversed());
      expect(await store.findToken({ userName: "ann" })).toEqual(saved[2]);
      await tick();
      const again = await store.saveToken({ userName: "ann", clientId: "a", scope: "s" });
      expect(again.createdAt).toBe(saved[0]!.createdAt);
      expect(again.updatedAt > saved[2]!.updatedAt).toBe(true);
      expect(await store.findToken({ userName: "ann" })).toEqual(again);
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
