import type { CaseList } from "../case-list.ts";
import { expect, expectCode, expectThrows } from "../expect.ts";
import { all, namedToken } from "../tokens.ts";

/** The end of a store. */
export function closeCases({ group }: CaseList): void {
  group("close", (it) => {
    it.needing("extended")("refuses every call afterwards", async ({ open }) => {
      const store = open();
      await store.saveToken(namedToken("ann"));
      await store.close();
      await store.close();
      await expectCode(store.findToken({ userName: "ann" }), "ERR_STORE_CLOSED");
      await expectCode(store.findTokens({}), "ERR_STORE_CLOSED");
      await expectCode(store.findTokenById("x"), "ERR_STORE_CLOSED");
      await expectCode(store.saveToken(namedToken("ann")), "ERR_STORE_CLOSED");
      await expectCode(store.deleteToken("x"), "ERR_STORE_CLOSED");
      await expectCode(store.getTokens(), "ERR_STORE_CLOSED");
      await expectCode(store.deleteTokens(), "ERR_STORE_CLOSED");
      expectThrows(() => store.tokens(), "ERR_STORE_CLOSED");
      expectThrows(() => store.subscribe(() => {}), "ERR_STORE_CLOSED");
    });

    it.needing("extended")("is never taken for a token that is not there", async ({ open }) => {
      const store = open();
      const saved = await store.saveToken(namedToken("ann"));
      const listed = store.tokens();
      const finding = store.findToken({ userName: "ann" }).catch((error: unknown) => error);
      await store.close();
      const found = await finding;
      if (found instanceof Error) await expectCode(Promise.reject(found), "ERR_STORE_CLOSED");
      else expect(found).toEqual(saved);
      await expectCode(all(listed), "ERR_STORE_CLOSED");
    });

    it.needing("extended")("is what disposing of the store does", async ({ open }) => {
      const store = open();
      await store[Symbol.asyncDispose]();
      await expectCode(store.findToken({ userName: "ann" }), "ERR_STORE_CLOSED");
    });

    it.needing("extended")("lets the saves under way end", async ({ open }) => {
      const store = open();
      const saving = store.saveToken(namedToken("ann"));
      await store.close();
      expect(await saving).toMatchObject({ userName: "ann" });
    });
  });
}
