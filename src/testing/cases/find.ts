import type { TokenInput } from "../../index.ts";
import type { CaseList } from "../case-list.ts";
import { anyNumber, anyString } from "../equality.ts";
import { expect, expectCode } from "../expect.ts";
import { manualClock } from "../manual-clock.ts";

const ANN: TokenInput = Object.freeze({
  userName: "ann",
  clientId: "client-1",
  clientSecret: "secret-1",
  redirectUrl: "https://app.example/callback",
  grantToken: "grant-ann",
  refreshToken: "refresh-ann",
  accessToken: "access-ann",
  expiresAt: 1_800_000_000_000,
  apiDomain: "https://api.example",
  scope: "ZohoCRM.modules.ALL",
  tokenType: "Bearer",
});
const BEN: TokenInput = Object.freeze({
  userName: "ben",
  clientId: "client-1",
  grantToken: "grant-ben",
  refreshToken: "refresh-ben",
  accessToken: "access-ben",
});

/** The rules of `resolveLookup`, each with a hit, a miss and a near miss. */
export function findCases({ group }: CaseList): void {
  group("find", (it) => {
    it("finds nothing in an empty store", async ({ open, findAll }) => {
      const store = open();
      expect(await store.findToken({ userName: "ann", clientId: "client-1" })).toBeNull();
      expect(await store.findToken({ userName: "ann" })).toBeNull();
      expect(await store.findToken({ accessToken: "access-ann" })).toBeNull();
      expect(await store.findToken({ grantToken: "grant-ann", refreshToken: "refresh-ann" })).toBeNull();
      expect(await store.findTokenById("1")).toBeNull();
      expect(await findAll(store, { userName: "ann" })).toEqual([]);
      expect(await store.getTokens()).toEqual([]);
    });

    it("gives back every field that was saved", async ({ open }) => {
      const store = open();
      const saved = await store.saveToken(ANN);
      expect(saved).toEqual({ ...ANN, id: anyString, createdAt: anyNumber, updatedAt: saved.createdAt, version: 1 });
      expect(await store.findTokenById(saved.id)).toEqual(saved);
    });

    const hits: [string, TokenInput][] = [
      ["user", { userName: "ann" }],
      ["user and client", { userName: "ann", clientId: "client-1" }],
      ["access token", { accessToken: "access-ann" }],
      ["grant token", { grantToken: "grant-ann" }],
      ["grant token and client", { grantToken: "grant-ann", clientId: "client-1" }],
      ["refresh token", { refreshToken: "refresh-ann" }],
      ["refresh token and client", { refreshToken: "refresh-ann", clientId: "client-1" }],
      ["refresh token where the grant is another", { grantToken: "grant-new", refreshToken: "refresh-ann" }],
      ["access token before grant and refresh token", { accessToken: "access-ann", grantToken: "grant-ben", refreshToken: "refresh-ben" }],
      ["user before all tokens", { userName: "ann", accessToken: "access-ben", refreshToken: "refresh-ben" }],
      ["grant token before refresh token", { grantToken: "grant-ann", refreshToken: "refresh-ben" }],
      [
        "refresh token where a client hides the access token",
        { accessToken: "access-ben", clientId: "client-1", refreshToken: "refresh-ann" },
      ],
      [
        "refresh token where a secret hides the access token",
        { accessToken: "access-ben", clientSecret: "secret-1", refreshToken: "refresh-ann" },
      ],
      [
        "fields that are null as if they were not given",
        { id: null, userName: null, accessToken: "access-ann", clientId: null, clientSecret: null },
      ],
    ];
    for (const [rule, query] of hits)
      it(`finds by ${rule}`, async ({ open, findAll }) => {
        const store = open();
        const ann = await store.saveToken(ANN);
        await store.saveToken(BEN);
        expect(await store.findToken(query)).toEqual(ann);
        expect(await findAll(store, query)).toEqual([ann]);
      });

    const misses: [string, TokenInput][] = [
      ["an unknown id, whatever else is given", { id: "nobody", userName: "ann", accessToken: "access-ann" }],
      ["an unknown user, whatever else is given", { userName: "eve", accessToken: "access-ann", refreshToken: "refresh-ann" }],
      ["another case", { userName: "Ann" }],
      ["surrounding space", { userName: "ann " }],
      ["a prefix", { userName: "an" }],
      ["a longer name", { userName: "anna" }],
      ["a user of another client", { userName: "ann", clientId: "client-2" }],
      ["a refresh token of another client", { refreshToken: "refresh-ann", clientId: "client-2" }],
      ["a grant token of another client", { grantToken: "grant-ann", clientId: "client-2" }],
      ["a value in another field", { accessToken: "refresh-ann" }],
      ["an access token with a client and nothing else", { accessToken: "access-ann", clientId: "client-1" }],
      ["an access token with a secret and nothing else", { accessToken: "access-ann", clientSecret: "secret-1" }],
      ["a client alone", { clientId: "client-1" }],
      ["a secret alone", { clientSecret: "secret-1" }],
      ["a redirect URL alone", { redirectUrl: "https://app.example/callback" }],
      [
        "fields that nothing is looked up by",
        { scope: "ZohoCRM.modules.ALL", apiDomain: "https://api.example", expiresAt: 1_800_000_000_000 },
      ],
      ["an empty query", {}],
    ];
    for (const [rule, query] of misses)
      it(`finds nothing by ${rule}`, async ({ open, findAll }) => {
        const store = open();
        await store.saveToken(ANN);
        await store.saveToken(BEN);
        expect(await store.findToken(query)).toBeNull();
        expect(await findAll(store, query)).toEqual([]);
      });

    it("keeps two clients of one user apart", async ({ open }) => {
      const store = open();
      const first = await store.saveToken({ userName: "ann", clientId: "client-1", refreshToken: "r1" });
      const second = await store.saveToken({ userName: "ann", clientId: "client-2", refreshToken: "r2" });
      expect(second.id).not.toBe(first.id);
      expect(await store.findToken({ userName: "ann", clientId: "client-1" })).toEqual(first);
      expect(await store.findToken({ userName: "ann", clientId: "client-2" })).toEqual(second);
    });

    it.needing("options")("finds a user's most recently saved token where no client is named", async ({ open }) => {
      const store = open({ now: () => 1_700_000_000_000 });
      await store.saveToken({ userName: "ann", clientId: "client-1", refreshToken: "r1" });
      await store.saveToken({ userName: "ann", clientId: "client-2", refreshToken: "r2" });
      expect(await store.findToken({ userName: "ann" })).toMatchObject({ clientId: "client-2" });
      await store.saveToken({ userName: "ann", clientId: "client-1", refreshToken: "r1b" });
      expect(await store.findToken({ userName: "ann" })).toMatchObject({ clientId: "client-1" });
    });

    it.needing("extended", "options")("lists all tokens of a user, the most recently saved first", async ({ open }) => {
      const clock = manualClock();
      const store = open({ now: clock.now });
      for (const clientId of ["a", "b", "c"]) {
        await store.saveToken({ userName: "ann", clientId, refreshToken: `refresh-${clientId}` });
        clock.advance(1000);
      }
      await store.saveToken({ userName: "ann", clientId: "a", accessToken: "new" });
      const clients = (await store.findTokens({ userName: "ann" })).map(({ clientId }) => clientId);
      expect(clients).toEqual(["a", "c", "b"]);
    });

    it("falls back to the user's record that has no client yet", async ({ open }) => {
      const store = open();
      await store.saveToken({ userName: "ann", clientId: "client-2", refreshToken: "r2" });
      const saved = await store.saveToken({ id: "mine", userName: "ann", refreshToken: "r" });
      await store.saveToken({ userName: "ann", clientId: "client-2", accessToken: "later" });
      expect(await store.findToken({ userName: "ann", clientId: "client-1" })).toEqual(saved);
      expect(await store.findToken({ userName: "eve", clientId: "client-1" })).toBeNull();
    });

    it("tells tokens with one refresh token apart by their clients", async ({ open }) => {
      const store = open();
      const first = await store.saveToken({ refreshToken: "shared", clientId: "client-1" });
      const second = await store.saveToken({ refreshToken: "shared", clientId: "client-2" });
      expect(await store.findToken({ refreshToken: "shared", clientId: "client-1" })).toEqual(first);
      expect(await store.findToken({ refreshToken: "shared", clientId: "client-2" })).toEqual(second);
      expect(await store.findToken({ refreshToken: "shared", clientId: "client-3" })).toBeNull();
    });

    it.needing("extended")("prefers the account's own record to those with ids of the caller's", async ({ open }) => {
      const store = open();
      const own = await store.saveToken({ userName: "ann", clientId: "client-1", refreshToken: "r1" });
      await store.saveToken({ id: "mine", userName: "ann", clientId: "client-1", refreshToken: "r2" });
      expect(await store.findToken({ userName: "ann", clientId: "client-1" })).toEqual(own);
      expect(await store.findTokens({ userName: "ann", clientId: "client-1" })).toHaveLength(2);
      await store.deleteToken(own.id);
      expect(await store.findToken({ userName: "ann", clientId: "client-1" })).toMatchObject({ id: "mine" });
    });

    it.needing("options")("prefers it too where its first place was taken, by a user who was renamed since", async ({ open }) => {
      const clock = manualClock();
      const store = open({ now: clock.now });
      const renamed = await store.saveToken({ userName: "ann", clientId: "client-1", refreshToken: "r1" });
      await store.saveToken({ id: renamed.id, userName: "anna" });
      const own = await store.saveToken({ userName: "ann", clientId: "client-1", refreshToken: "r2" });
      clock.advance(1000);
      await store.saveToken({ id: "mine", userName: "ann", clientId: "client-1", refreshToken: "r3" });
      expect(await store.findToken({ userName: "ann", clientId: "client-1" })).toEqual(own);
    });

    it.needing("extended", "options")("fills the store's client into look-ups by user, and only there", async ({ open }) => {
      const store = open({ clientId: "client-1" });
      const own = await store.saveToken({ userName: "ann", refreshToken: "r1", accessToken: "a1" });
      await store.saveToken({ userName: "ann", clientId: "client-2", refreshToken: "r2", accessToken: "a2" });
      expect(own.clientId).toBe("client-1");
      expect(await store.findToken({ userName: "ann" })).toEqual(own);
      expect(await store.findTokens({ userName: "ann" })).toEqual([own]);
      expect(await store.findToken({ accessToken: "a2" })).toMatchObject({ clientId: "client-2" });
      expect(await store.findToken({ refreshToken: "r2" })).toMatchObject({ clientId: "client-2" });
    });

    it("finds expired tokens: whoever refreshes needs them", async ({ open }) => {
      const store = open();
      await store.saveToken({ userName: "ann", accessToken: "old", expiresAt: 1 });
      expect(await store.findToken({ userName: "ann" })).toMatchObject({ accessToken: "old", expiresAt: 1 });
    });

    it.needing("extended", "options")("refuses a look-up that it keeps no index for, instead of finding nothing", async ({ open }) => {
      const store = open({ lookups: ["account", "refresh"] });
      const saved = await store.saveToken(ANN);
      expect(await store.findToken({ userName: "ann", clientId: "client-1" })).toEqual(saved);
      expect(await store.findToken({ refreshToken: "refresh-ann" })).toEqual(saved);
      expect(await store.findTokenById(saved.id)).toEqual(saved);
      await expectCode(store.findToken({ userName: "ann" }), "ERR_OPTION_INVALID");
      await expectCode(store.findToken({ accessToken: "access-ann" }), "ERR_OPTION_INVALID");
      await expectCode(store.findTokens({ grantToken: "grant-ann" }), "ERR_OPTION_INVALID");
    });
  });
}
