import type { TokenInput } from "../../index.ts";
import type { CaseContext, CaseList } from "../case-list.ts";
import { objectWith } from "../equality.ts";
import { expect, expectCode } from "../expect.ts";

const ANN: TokenInput = Object.freeze({ userName: "ann", clientId: "client-1", refreshToken: "refresh", accessToken: "access" });

/** Saves of a store that has seen the token before another store changed it: what a store remembers must not be written back. */
export function changedElsewhereCases({ group }: CaseList): void {
  group("changed elsewhere", (define) => {
    const it = define.needing("shared");
    const byAccount = { userName: "ann", clientId: "client-1" };

    /** Two stores over one storage; the first has saved the token, and looked it up again. */
    const prepare = async ({ open }: CaseContext) => {
      const [store, other] = [open(), open()];
      const { id } = await store.saveToken(ANN);
      for (let count = 0; count < 2; count++) await store.findToken(byAccount);
      return { store, other, id };
    };

    for (const by of ["id", "account"] as const) {
      it(`a save by ${by} merges into what the other store saved`, async (context) => {
        const { store, other, id } = await prepare(context);
        const match = by === "id" ? { id } : byAccount;
        await other.saveToken({ id, refreshToken: "refresh-2", scope: "other" });
        const saved = await store.saveToken({ ...match, apiDomain: "https://api.example" });
        expect(saved).toMatchObject({ refreshToken: "refresh-2", scope: "other", apiDomain: "https://api.example", version: 3 });
        expect(await other.findToken({ refreshToken: "refresh-2" })).toEqual(saved);
        expect(await other.findToken({ refreshToken: "refresh" })).toBeNull();
      });

      it(`a save by ${by} of a token that the other store deleted brings nothing of it back`, async (context) => {
        const { store, other, id } = await prepare(context);
        const match = by === "id" ? { id } : byAccount;
        await other.deleteToken(id);
        const saved = await store.saveToken({ ...match, accessToken: "new" });
        expect(saved).toMatchObject({ accessToken: "new", version: 1 });
        expect(saved).not.toHaveProperty("refreshToken");
        expect(await other.findToken({ refreshToken: "refresh" })).toBeNull();
      });

      it(`a save by ${by} merges into a namesake of the same version and tokens`, async (context) => {
        const { store, other, id } = await prepare(context);
        const match = by === "id" ? { id } : byAccount;
        await other.deleteToken(id);
        await other.saveToken({ ...ANN, id, scope: "of the second" });
        const saved = await store.saveToken({ ...match, apiDomain: "https://api.example" });
        expect(saved).toMatchObject({ scope: "of the second", apiDomain: "https://api.example", version: 2 });
      });
    }

    it("a save of what the store remembers replaces what the other saved since", async (context) => {
      const { store, other, id } = await prepare(context);
      await other.saveToken({ id, accessToken: "other" });
      expect(await store.saveToken(ANN)).toMatchObject({ accessToken: "access", version: 3 });
      expect(await other.getTokens()).toEqual([objectWith({ id, accessToken: "access" })]);
    });

    it("ifVersion speaks of what is stored, not of what the store remembers", async (context) => {
      const { store, other, id } = await prepare(context);
      await other.saveToken({ id, scope: "other" });
      await expectCode(store.saveToken({ id, scope: "old" }, { ifVersion: 1 }), "ERR_CONFLICT");
      expect(await store.saveToken({ id, tokenType: "Bearer" }, { ifVersion: 2 })).toMatchObject({ scope: "other", version: 3 });
    });
  });
}
