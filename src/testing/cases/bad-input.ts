import type { TokenInput } from "../../index.ts";
import type { CaseList } from "../case-list.ts";
import { expect, expectCode, expectThrows } from "../expect.ts";

const BAD_TOKENS: [string, unknown][] = [
  ["nothing", undefined],
  ["null", null],
  ["a string", "token"],
  ["a number", 1],
  ["an array", [{ accessToken: "a" }]],
  ["a name that is a number", { userName: 1, accessToken: "a" }],
  ["a name that is an object", { userName: {}, accessToken: "a" }],
  ["a token that is true", { accessToken: true }],
  ["an empty name", { userName: "", accessToken: "a" }],
  ["an empty token", { accessToken: "" }],
  ["an empty id", { id: "", accessToken: "a" }],
  ["an id that is a number", { id: 7, accessToken: "a" }],
  ["an expiry that is NaN", { accessToken: "a", expiresAt: Number.NaN }],
  ["an expiry that is negative", { accessToken: "a", expiresAt: -1 }],
  ["an expiry without end", { accessToken: "a", expiresAt: Number.POSITIVE_INFINITY }],
  ["an expiry that is text", { accessToken: "a", expiresAt: "3600" }],
  ["an expiry that is a Date", { accessToken: "a", expiresAt: new Date(0) }],
  ["an unknown field", { access_token: "a", accessToken: "a" }],
];

/** What is refused, with which code, and that nothing came of it. */
export function badInputCases({ group }: CaseList): void {
  group("bad input", (it) => {
    for (const [name, bad] of BAD_TOKENS)
      it(`refuses ${name} as a token and as a query`, async ({ open, findAll }) => {
        const store = open();
        await expectCode(store.saveToken(bad as TokenInput), "ERR_TOKEN_INVALID");
        await expectCode(store.findToken(bad as TokenInput), "ERR_TOKEN_INVALID");
        await expectCode(findAll(store, bad as TokenInput), "ERR_TOKEN_INVALID");
        expect(await store.getTokens()).toEqual([]);
      });

    for (const bad of [undefined, null, "", 1, {}, ["x"]])
      it(`refuses ${JSON.stringify(bad)} as an id`, async ({ open }) => {
        const store = open();
        await expectCode(store.findTokenById(bad as string), "ERR_TOKEN_INVALID");
        await expectCode(store.deleteToken(bad as string), "ERR_TOKEN_INVALID");
      });

    it("refuses bad options of a save", async ({ open }) => {
      const store = open();
      for (const options of [
        { ifVersion: -1 },
        { ifVersion: 1.5 },
        { ifVersion: "1" },
        { ifVersion: Number.NaN },
        { ifVersion: 1, ifCreatedAt: "1" },
        { version: 1 },
        null,
        1,
      ]) {
        await expectCode(store.saveToken({ accessToken: "a" }, options as object), "ERR_OPTION_INVALID");
      }
      expect(await store.getTokens()).toEqual([]);
    });

    it.needing("extended")("refuses bad options of a listing, and a listener that is none", async ({ open }) => {
      const store = open();
      for (const options of [
        { pageSize: 0 },
        { pageSize: 1.5 },
        { pageSize: "9" },
        { pageSize: 10_001 },
        { limit: 1 },
        { onCorrupt: 1 },
        null,
      ]) {
        expectThrows(() => store.tokens(options as object), "ERR_OPTION_INVALID");
      }
      expectThrows(() => store.subscribe(1 as never), "ERR_OPTION_INVALID");
    });

    const badOptions = [
      { namespace: "" },
      { namespace: "Upper" },
      { namespace: "a:b" },
      { namespace: "-a" },
      { namespace: "x".repeat(65) },
      { namespace: 1 },
      { clientId: "" },
      { clientId: 1 },
      { memo: -1 },
      { memo: 1.5 },
      { memo: "many" },
      { lookups: "user" },
      { lookups: ["email"] },
      { now: 1 },
      { nameSpace: "a" },
    ];
    for (const options of badOptions)
      it.needing("options")(`refuses ${JSON.stringify(options)} as options of a store`, ({ open }) => {
        expectThrows(() => open(options as object), "ERR_OPTION_INVALID");
      });

    it("takes an object that inherits nothing, or from a class", async ({ open }) => {
      const store = open();
      const bare = Object.assign(Object.create(null) as object, { accessToken: "bare" });
      class Token {
        accessToken = "class";
        refresh(): void {}
      }
      await store.saveToken(bare);
      await store.saveToken(new Token());
      expect((await store.getTokens()).map(({ accessToken }) => accessToken).sort()).toEqual(["bare", "class"]);
    });
  });
}
