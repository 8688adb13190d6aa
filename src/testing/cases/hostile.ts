import type { TokenInput } from "../../index.ts";
import type { CaseList } from "../case-list.ts";
import { expect } from "../expect.ts";
import { HOSTILE_VALUES, show } from "../hostile-values.ts";

type Probe = {
  readonly field: string;
  readonly token: (value: string, number: number) => TokenInput;
  readonly query: (value: string) => TokenInput;
};

const PROBES: readonly Probe[] = [
  { field: "id", token: (value, number) => ({ id: value, accessToken: `a-${number}` }), query: (value) => ({ id: value }) },
  { field: "user", token: (value, number) => ({ userName: value, accessToken: `a-${number}` }), query: (value) => ({ userName: value }) },
  {
    field: "user of a client",
    token: (value, number) => ({ userName: value, clientId: "c", accessToken: `a-${number}` }),
    query: (value) => ({ userName: value, clientId: "c" }),
  },
  {
    field: "client of a user",
    token: (value, number) => ({ userName: "ann", clientId: value, accessToken: `a-${number}` }),
    query: (value) => ({ userName: "ann", clientId: value }),
  },
  { field: "access token", token: (value) => ({ accessToken: value }), query: (value) => ({ accessToken: value }) },
  { field: "refresh token", token: (value) => ({ refreshToken: value }), query: (value) => ({ refreshToken: value }) },
  { field: "grant token", token: (value) => ({ grantToken: value }), query: (value) => ({ grantToken: value }) },
];

/** Values that are hard on keys, parsers and comparisons. */
export function hostileCases({ group }: CaseList): void {
  group(`${HOSTILE_VALUES.length} hostile values`, (it) => {
    for (const { field, token, query } of PROBES)
      it(`each find their own token by ${field}, and nobody else's`, async ({ open, findAll }) => {
        const store = open();
        const saved = await Promise.all(HOSTILE_VALUES.map((value, number) => store.saveToken(token(value, number))));
        expect(new Set(saved.map(({ id }) => id)).size).toBe(HOSTILE_VALUES.length);
        await Promise.all(
          HOSTILE_VALUES.map(async (value, number) => {
            const found = await findAll(store, query(value));
            expect(found, show(value)).toEqual([saved[number]]);
            expect(await store.findToken(query(`${value}\u0001`)), `beside ${show(value)}`).toBeNull();
          }),
        );
      });

    it("come back unchanged in every field, and are deleted one by one", async ({ open }) => {
      const store = open();
      const tokens = HOSTILE_VALUES.map((value) => ({
        id: value,
        userName: value,
        clientId: value,
        clientSecret: value,
        redirectUrl: value,
        grantToken: value,
        refreshToken: value,
        accessToken: value,
        apiDomain: value,
        scope: value,
        tokenType: value,
      }));
      await Promise.all(tokens.map((token) => store.saveToken(token)));
      for (const token of tokens) {
        expect(await store.findTokenById(token.id), show(token.id)).toMatchObject(token);
        await store.deleteToken(token.id);
        expect(await store.findToken({ userName: token.userName }), show(token.id)).toBeNull();
      }
      expect(await store.getTokens()).toEqual([]);
    });

    it("do not confuse where a user's name ends and the client begins", async ({ open }) => {
      const store = open();
      const pairs = [
        ["a", "b:c"],
        ["a:b", "c"],
        ["a", "b"],
        ["ab", ""],
        ['a","b', "c"],
        ["a", 'b","c'],
      ].filter(([, client]) => client !== "");
      for (const [userName, clientId] of pairs)
        await store.saveToken({ userName: userName!, clientId: clientId!, accessToken: `${userName}|${clientId}` });
      for (const [userName, clientId] of pairs) {
        expect(await store.findToken({ userName: userName!, clientId: clientId! })).toMatchObject({
          accessToken: `${userName}|${clientId}`,
        });
      }
    });
  });
}
