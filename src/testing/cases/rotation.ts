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

    it("is told to who has the old secret alone by the first save that moves a token", async ({ open }) => {
      const [ann] = await saved(open);
      const moved = await open({ secret: [NEW, OLD] }).saveToken({ id: ann!.id, accessToken: "moved" });
      const old = open({ secret: OLD });
      await expectCode(old.findToken({ userName: "ann", clientId: "c" }), "ERR_SECRET_MISMATCH");
      await expectCode(old.saveToken({ userName: "ann", clientId: "c", refreshToken: "lost" }), "ERR_SECRET_MISMATCH");
      expect(await open({ secret: [NEW, OLD] }).findToken({ userName: "ann", clientId: "c" })).toEqual(moved);
    });

    it("listings beside it give out each token once", async ({ open }) => {
      const tokens = await saved(open);
      const store = open({ secret: [NEW, OLD] });
      const seen: string[] = [];
      for await (const { id } of store.tokens({ pageSize: 1 })) {
        if (seen.length === 0) for (const token of tokens) await store.saveToken({ id: token.id, accessToken: `moved-${token.id}` });
        seen.push(id);
      }
      expect(seen.sort()).toEqual(tokens.map(({ id }) => id).sort());
    });

    it("an account stays with the record whose id the store derived, whichever secret has written it", async ({ open }) => {
      const before = open({ secret: OLD });
      const derived = await before.saveToken({ userName: "ann", clientId: "c", refreshToken: "derived" });
      await before.saveToken({ id: "own", userName: "ann", clientId: "c", refreshToken: "own" });
      const store = open({ secret: [NEW, OLD] });
      await store.saveToken({ id: "own", accessToken: "own" });
      expect(await store.findToken({ userName: "ann", clientId: "c" })).toMatchObject({ id: derived.id });
      expect(await store.saveToken({ userName: "ann", clientId: "c", accessToken: "access" })).toMatchObject({ id: derived.id });
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
