import type { EdgeTokenStore, StoredToken } from "../../index.ts";
import type { CaseContext, CaseList } from "../case-list.ts";
import { expect } from "../expect.ts";
import { namedToken, queriesFor } from "../tokens.ts";

/** What a store rejects with when what it reads is not what it wrote. */
const DAMAGED: readonly unknown[] = ["ERR_RECORD_CORRUPT", "ERR_SECRET_MISMATCH"];

async function twoTokens(open: CaseContext["open"]): Promise<StoredToken[]> {
  const store = open();
  return [await store.saveToken(namedToken("ann")), await store.saveToken(namedToken("ben"))];
}

/** What a look-up answers: the token itself, null, or the code that it rejects with. */
async function answers(store: EdgeTokenStore, token: StoredToken): Promise<unknown[]> {
  const asked = queriesFor(token).map((query) => store.findToken(query).catch((error: { code?: unknown }) => error.code ?? error));
  return Promise.all(asked);
}

/** Who can write to the storage can destroy, but not deceive. */
export function tamperingCases({ group }: CaseList): void {
  group("tampering", ({ needing }) => {
    const it = needing("raw", "shared");

    it("values that change places lead nobody to another's token", async ({ open, raw }) => {
      const tokens = await twoTokens(open);
      const original = [...(await raw.read())];
      expect(original.length > 2).toBe(true);
      let damaged = 0;
      for (let distance = 1; distance < original.length; distance++) {
        for (const [place, [key]] of original.entries()) await raw.write(key, original[(place + distance) % original.length]![1]);
        for (const token of tokens) {
          for (const answer of await answers(open(), token)) {
            if (DAMAGED.includes(answer)) damaged++;
            else expect([null, token].some((allowed) => JSON.stringify(allowed) === JSON.stringify(answer))).toBe(true);
          }
        }
      }
      expect(damaged > 0).toBe(true);
      for (const [key, value] of original) await raw.write(key, value);
      for (const token of tokens) for (const answer of await answers(open(), token)) expect(answer).toEqual(token);
    });

    it("a value that is cut never reads as if there were no token", async ({ open, raw }) => {
      const tokens = await twoTokens(open);
      for (const [key, value] of await raw.read()) await raw.write(key, value.slice(0, value.length / 2));
      for (const token of tokens) {
        for (const answer of await answers(open(), token)) expect(DAMAGED.includes(answer), String(answer)).toBe(true);
      }
    });

    it("a listing stops at a value that is cut, or tells of it and goes on", async ({ open, raw }) => {
      await twoTokens(open);
      for (const [key, value] of await raw.read()) await raw.write(key, value.slice(0, value.length / 2));
      const listed = await open()
        .getTokens()
        .catch((error: { code?: unknown }) => error.code);
      expect(DAMAGED.includes(listed), JSON.stringify(listed)).toBe(true);
    });
  });
}
