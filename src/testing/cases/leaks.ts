import type { TokenInput } from "../../index.ts";
import type { CaseList } from "../case-list.ts";
import { findLeaks } from "../leak-scan.ts";
import { expect } from "../expect.ts";

const TOKENS = 200;

/** No two fields of any tokens have twelve characters in common by chance. */
function marked(field: string, number: number): string {
  return `marked-${field}-${number}.${(number * 7919 + field.length * 104_729).toString(36)}.zQ-jX_vK.pW~gY`;
}

function markedToken(number: number, generation = ""): TokenInput {
  return {
    userName: marked(`user${generation}`, number),
    clientId: marked("client", number),
    clientSecret: marked("secret", number),
    redirectUrl: `https://${marked("redirect", number)}.example/`,
    grantToken: marked(`grant${generation}`, number),
    refreshToken: marked(`refresh${generation}`, number),
    accessToken: marked(`access${generation}`, number),
    apiDomain: `https://${marked("api", number)}.example`,
    scope: marked("scope", number),
    tokenType: marked("type", number),
  };
}

/** What a copied storage tells: nothing. */
export function leakCases({ group }: CaseList): void {
  group("at rest", (it) => {
    it.needing("dump")(`${TOKENS} tokens leave nothing readable in any key or value over their whole life`, async ({ open, dump }) => {
      const store = open();
      const numbers = Array.from({ length: TOKENS }, (_, number) => number);
      const values: string[] = [];
      const save = async (token: TokenInput): Promise<void> => {
        await store.saveToken(token);
        values.push(...Object.values(token).filter((value) => typeof value === "string"));
      };
      const expectNoLeak = async (): Promise<void> => {
        const copy = await dump();
        expect(copy.length > TOKENS / 2).toBe(true);
        expect(findLeaks(copy, values)).toEqual([]);
      };

      await Promise.all(numbers.map((number) => save(markedToken(number))));
      await expectNoLeak();
      const found = await Promise.all(numbers.map((number) => store.findToken({ refreshToken: marked("refresh", number) })));
      const ids = found.map((token) => token!.id);
      await Promise.all(numbers.slice(0, 100).map((number) => save({ ...markedToken(number), accessToken: marked("fresh", number) })));
      await Promise.all(numbers.slice(50, 100).map((number) => save({ id: ids[number]!, ...markedToken(number, "-renamed") })));
      await Promise.all(numbers.slice(150).map((number) => store.deleteToken(ids[number]!)));
      expect(await store.getTokens()).toHaveLength(150);
      await expectNoLeak();
    });
  });
}
