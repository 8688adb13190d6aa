import type { StoredToken } from "../../index.ts";
import { rotateSecret } from "../../maintenance/index.ts";
import type { CaseContext, CaseList } from "../case-list.ts";
import { expect, expectCode } from "../expect.ts";
import { namedToken, queriesFor } from "../tokens.ts";

const OLD = "the old secret of the suite, of 32 characters or more";
const NEW = "the new secret of the suite, of 32 characters or more";
const NAMES = ["ann", "ben", "cas"];

async function saved(open: CaseContext["open"]): Promise<StoredToken[]> {
  const store = open({ secret: OLD });
  const tokens: StoredToken[] = [];
  for (const name of NAMES) tokens.push(await store.saveToken(namedToken(name)));
  return tokens;
}

/** Another secret makes every digest another: each record moves to another key, and its index entries with it. */
export function rotationCases({ group }: CaseList): void {
  group("rotateSecret", ({ needing }) => {
    const it = needing("secret", "maintained", "shared");

    it("moves every token, for the new secret alone to find it", async ({ open }) => {
      const tokens = await saved(open);
      expect(await rotateSecret(open({ secret: [NEW, OLD] }))).toMatchObject({ moved: NAMES.length });
      const store = open({ secret: NEW });
      for (const token of tokens)
        for (const query of queriesFor(token)) expect(await store.findToken(query)).toMatchObject(namedToken(token.userName!));
      expect(await store.getTokens()).toHaveLength(NAMES.length);
      await expectCode(open({ secret: OLD }).findToken({ userName: "ann" }), "ERR_SECRET_MISMATCH");
    });

    it("refuses a wrong secret, instead of finding nothing", async ({ open }) => {
      await saved(open);
      const store = open({ secret: NEW });
      await expectCode(store.findToken({ userName: "ann" }), "ERR_SECRET_MISMATCH");
      await expectCode(store.saveToken(namedToken("ann")), "ERR_SECRET_MISMATCH");
      expect(await open({ secret: OLD }).getTokens()).toHaveLength(NAMES.length);
    });

    needing(
      "secret",
      "maintained",
      "shared",
      "dump",
    )("leaves as much behind as there was before", async ({ open, dump }) => {
      // What the first rotation leaves for good, such as the names of keys, is there before the second.
      await saved(open);
      await rotateSecret(open({ secret: [NEW, OLD] }));
      const before = (await dump()).length;
      await rotateSecret(open({ secret: [OLD, NEW] }));
      expect((await dump()).length).toBe(before);
    });
  });
}
