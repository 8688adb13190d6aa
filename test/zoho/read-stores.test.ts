import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as ts7 from "@zohocrm/typescript-sdk-7.0";
import * as ts8 from "@zohocrm/typescript-sdk-8.0";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { TokenInvalidError } from "../../src/index.ts";
import { readZohoFileStore, readZohoTable } from "../../src/zoho/index.ts";
import { buildV2, user } from "../support/zoho-sdk-v2.ts";
import { zohoToken } from "../support/zoho-file.ts";

const HEADER = "id,user_mail,client_id,client_secret,refresh_token,access_token,grant_token,expiry_time,redirect_url,api_domain";

it("what is no text is refused as such", () => {
  for (const text of [undefined, null, Buffer.from(HEADER)]) expect(() => readZohoFileStore(text as never)).toThrow(TokenInvalidError);
});

describe("a file of FileStore", () => {
  let directory: string;
  let path: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "ets-read-"));
    path = join(directory, "tokens.csv");
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  it("of the 8.0 SDK is read whole, and null stays null", async () => {
    const store = new ts8.FileStore(path);
    await store.saveToken(zohoToken({ user: "ann", refresh: "r1", access: "a1", expiresIn: "4102444800000" }));
    const bob = new ts8.OAuthToken("c1", "secret", "g2", null, "https://app.example/callback", "tenant-42", null, null);
    bob.setAPIDomain("https://www.zohoapis.eu");
    await store.saveToken(bob);
    expect(readZohoFileStore(await readFile(path, "utf8"))).toEqual({
      tokens: [
        {
          line: 2,
          token: {
            id: "1",
            userName: "ann",
            clientId: "c1",
            clientSecret: "secret",
            refreshToken: "r1",
            accessToken: "a1",
            expiresAt: 4_102_444_800_000,
          },
        },
        {
          line: 3,
          token: {
            id: "tenant-42",
            clientId: "c1",
            clientSecret: "secret",
            grantToken: "g2",
            redirectUrl: "https://app.example/callback",
            apiDomain: "https://www.zohoapis.eu",
          },
        },
      ],
      problems: [],
    });
  });

  it("of the 7.0 SDK, which gives one id to many, is read whole, and the first keeps the id", async () => {
    const store = new ts7.FileStore(path);
    for (let number = 1; number <= 14; number++) {
      const token = new ts7.OAuthToken("c1", "secret", null, `r${number}`, null, null, null, new ts7.UserSignature(`user-${number}`));
      await store.saveToken(token);
    }
    const { tokens, problems } = readZohoFileStore(await readFile(path, "utf8"));
    expect(tokens.map(({ token }) => token.refreshToken)).toEqual(Array.from({ length: 14 }, (_, index) => `r${index + 1}`));
    const ids = tokens.flatMap(({ token }) => token.id ?? []);
    expect(new Set(ids).size).toBe(ids.length);
    expect(problems.length).toBe(14 - ids.length);
    expect(problems.length).toBeGreaterThan(0);
    expect(problems.every(({ skipped }) => !skipped)).toBe(true);
  });

  it("of the 2.x SDK has nine columns", async () => {
    const load = createRequire(import.meta.url);
    const { FileStore } = load("@zohocrm/typescript-sdk-2.0/models/authenticator/store/file_store") as {
      FileStore: new (path: string) => { saveToken(user: object, token: object): Promise<void> };
    };
    const token = buildV2({ refreshToken: "r1" });
    token.setId("typescript_ann_production_r1");
    await new FileStore(path).saveToken(user("ann"), token);
    const { tokens, problems } = readZohoFileStore(await readFile(path, "utf8"));
    expect(problems).toEqual([]);
    expect(tokens).toMatchObject([{ line: 2, token: { id: "typescript_ann_production_r1", userName: "ann", refreshToken: "r1" } }]);
  });

  it("whose values had commas or line breaks is reported by line, and never guessed at", async () => {
    const store = new ts8.FileStore(path);
    await store.saveToken(zohoToken({ user: "ann, of Example", refresh: "r1" }));
    await store.saveToken(zohoToken({ user: "bob", refresh: "r2" }));
    await store.saveToken(zohoToken({ user: "cy\nof Example", refresh: "r3" }));
    const text = await readFile(path, "utf8");
    const { tokens, problems } = readZohoFileStore(text);
    expect(tokens.map(({ token }) => token.userName)).toEqual(["bob"]);
    expect(problems.map(({ line, skipped }) => [line, skipped])).toEqual([
      [2, true],
      [4, true],
      [5, true],
    ]);
    expect(JSON.stringify(problems)).not.toMatch(/ann|r1|secret/);
  });

  it("that FileStore itself has saved again after a shift is found out by values that can't stand where they do", async () => {
    const store = new ts8.FileStore(path);
    const token = zohoToken({ id: "7", user: "ann, of Example", refresh: "r1", access: "a1", expiresIn: "4102444800000" });
    await store.saveToken(token);
    const shifted = (await store.findTokenById("7")) as ts8.OAuthToken;
    await store.saveToken(shifted);
    const { tokens, problems } = readZohoFileStore(await readFile(path, "utf8"));
    expect(tokens).toEqual([]);
    expect(problems).toMatchObject([{ line: 2, skipped: true, reason: expect.stringContaining("redirect_url is no URL") }]);
  });

  it.each([
    ["expiry_time", "1,ann,c,s,r,a,,soon,,"],
    ["api_domain", "1,ann,c,s,r,a,,1000,,zohoapis"],
    ["no grant, refresh or access token", "1,ann,c,s,,,,,,"],
  ])("with a row that has %s wrong leaves it out", (what, row) => {
    const { tokens, problems } = readZohoFileStore(`${HEADER}\n${row}`);
    expect(tokens).toEqual([]);
    expect(problems[0]?.reason.toLowerCase()).toContain(what.toLowerCase());
  });

  it("may have Windows line ends, a byte order mark, empty lines and lifetimes that are none", () => {
    const { tokens, problems } = readZohoFileStore(`\uFEFF${HEADER}\r\n\r\n1,ann,c,s,r,a,,NaN,,\r\n`);
    expect(problems).toEqual([]);
    expect(tokens).toEqual([
      { line: 3, token: { id: "1", userName: "ann", clientId: "c", clientSecret: "s", refreshToken: "r", accessToken: "a" } },
    ]);
  });

  it("may be empty, and anything else is no such file", () => {
    for (const text of ["", "\n\n", HEADER]) expect(readZohoFileStore(text)).toEqual({ tokens: [], problems: [] });
    for (const text of ["{}", "name,email\nann,a@b", "constructor,id,refresh_token"]) {
      expect(() => readZohoFileStore(text)).toThrow(TokenInvalidError);
    }
  });

  it("gives each value back to its own column, whatever it holds, or reports the row", async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ minLength: 1 }), fc.string({ minLength: 1 }), async (name, refresh) => {
        const row = (await new ts8.FileStore(path).setToken(zohoToken({ id: "1", user: name, refresh }))).join(",");
        const { tokens, problems } = readZohoFileStore(`${HEADER}\n${row}`);
        if (problems.length === 0) expect(tokens).toMatchObject([{ token: { userName: name, refreshToken: refresh } }]);
        else expect(/[,\n\r]/.test(name + refresh)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });
});

describe("the rows of a table", () => {
  const row = { id: "1", user_name: "ann", client_id: "c", client_secret: "s", refresh_token: "r", access_token: null };

  it("are read with whatever types a driver gives, and other columns left alone", () => {
    const rows = [
      { ...row, expiry_time: "4102444800000", note: { any: "thing" } },
      { ...row, ID: 2, id: undefined, expiry_time: 4_102_444_800_000n, user_mail: null },
    ];
    const { tokens, problems } = readZohoTable(rows);
    expect(problems).toEqual([]);
    expect(tokens.map(({ token }) => [token.id, token.userName, token.expiresAt])).toEqual([
      ["1", "ann", 4_102_444_800_000],
      ["2", "ann", 4_102_444_800_000],
    ]);
  });

  it("that can't be tokens are reported by their number", () => {
    const rows = [
      row,
      { ...row, id: "2", refresh_token: null },
      { ...row, id: "3", expiry_time: "soon" },
      { ...row, access_token: new Uint8Array(2) },
    ];
    const { tokens, problems } = readZohoTable(rows);
    expect(tokens).toHaveLength(1);
    expect(problems.map(({ line }) => line)).toEqual([2, 3, 4]);
  });
});
