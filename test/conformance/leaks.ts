import { describe, expect, it } from "vitest";
import type { TokenInput } from "../../src/index.ts";
import { findLeaks } from "../support/leak-scan.ts";
import type { Engine, Fixture } from "./fixture.ts";

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
export function leakSuite(fixture: () => Fixture, { shared }: Engine): void {
  describe("at rest", () => {
    it.skipIf(!shared)(`${TOKENS} tokens leave nothing readable in any key or value over their whole life`, async () => {
      const store = fixture().open();
      const numbers = Array.from({ length: TOKENS }, (_, number) => number);
      const values: string[] = [];
      const save = async (token: TokenInput): Promise<void> => {
        await store.saveToken(token);
        values.push(...Object.values(token).filter((value) => typeof value === "string"));
      };
      const expectNoLeak = async (): Promise<void> => {
        const dump = await fixture().dump();
        expect(dump.length).toBeGreaterThan(TOKENS / 2);
        expect(findLeaks(dump, values)).toEqual([]);
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
