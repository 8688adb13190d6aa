import { readFile } from "node:fs/promises";
import { join } from "node:path";
import * as ts8 from "@zohocrm/typescript-sdk-8.0";
import fc from "fast-check";
import { expect } from "vitest";
import { createMemoryTokenStore } from "../../src/index.ts";
import { toZohoTokenStore } from "../../src/zoho/index.ts";
import { defectOfLookup, defectOfSave, fileStoreMatches, inheritsExpiry } from "./file-store-defects.ts";
import type { FileRow, FileStoreDefect } from "./file-store-defects.ts";

type Token = ts8.OAuthToken;
type SdkStore = Pick<ts8.FileStore, "findToken" | "findTokenById" | "saveToken" | "deleteToken" | "getTokens" | "deleteTokens">;

/** What a token is made of; few values, so that programs meet again and again what they have stored. */
interface Parts {
  user: string | null;
  client: string | null;
  grant: string | null;
  refresh: string | null;
  access: string | null;
  expiresIn: string | null;
  /** An id of the application's own. */
  id: string | null;
}

type Step =
  | { do: "save"; parts: Parts }
  | { do: "find"; parts: Parts }
  | { do: "saveAgain"; token: number; access: string; expiresIn: string }
  | { do: "findById" | "delete"; token: number }
  | { do: "list" | "deleteAll" };

const sometimes = <Value>(value: fc.Arbitrary<Value>): fc.Arbitrary<Value | null> => fc.option(value, { freq: 2 });
const oneOf = (...values: string[]): fc.Arbitrary<string> => fc.constantFrom(...values);

const parts: fc.Arbitrary<Parts> = fc
  .record({
    user: sometimes(oneOf("ann", "bob", "cy")),
    client: sometimes(oneOf("c1", "c1", "c1", "c2")),
    grant: sometimes(oneOf("g1", "g2", "g3")),
    refresh: sometimes(oneOf("r1", "r2", "r3")),
    access: sometimes(oneOf("a1", "a2", "a3")),
    expiresIn: sometimes(oneOf("1000", "4102444800000")),
    id: fc.option(oneOf("tenant-1", "tenant-2"), { freq: 8 }),
  })
  // What the SDK's builder lets through: grant and refresh tokens come with a client.
  .map((made) => ({ ...made, client: made.grant !== null || made.refresh !== null ? (made.client ?? "c1") : made.client }))
  .filter(({ user, grant, refresh, access }) => [user, grant, refresh, access].some((value) => value !== null));

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant("save" as const), parts }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("find" as const), parts }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant("saveAgain" as const),
      token: fc.nat(9),
      access: oneOf("a4", "a5"),
      expiresIn: oneOf("1", "9"),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: oneOf("findById", "delete") as fc.Arbitrary<"findById" | "delete">, token: fc.nat(9) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom("list" as const, "list" as const, "list" as const, "deleteAll" as const) }) },
);

function build({ user, client, grant, refresh, access, expiresIn, id }: Parts): Token {
  const secret = client === null ? null : "secret";
  const signature = user === null ? null : new ts8.UserSignature(user);
  const token = new ts8.OAuthToken(client, secret, grant, refresh, null, id, access, signature);
  if (expiresIn !== null) token.setExpiresIn(expiresIn);
  return token;
}

async function readRows(path: string): Promise<FileRow[]> {
  const [, ...lines] = (await readFile(path, "utf8")).split("\n");
  return lines.map((line) => {
    const [id, userName, clientId, , refreshToken, accessToken, grantToken, expiresIn] = line.split(",");
    return { id, userName, clientId, refreshToken, accessToken, grantToken, expiresIn } as FileRow;
  });
}

/** Everything about a token but its id, which each store makes in its own way; null and "" are one. */
function shown(token: Token | null | void | undefined): Record<string, string | null> | null {
  if (!token) return null;
  const text = (value: string | null | undefined): string | null => value || null;
  return {
    user: text(token.getUserSignature()?.getName()),
    client: text(token.getClientId()),
    secret: text(token.getClientSecret()),
    grant: text(token.getGrantToken()),
    refresh: text(token.getRefreshToken()),
    access: text(token.getAccessToken()),
    expiresIn: text(token.getExpiresIn()),
  };
}

/** One program on Zoho's FileStore and on ours; the defects that it had to go round. */
class Comparison {
  readonly path: string;
  readonly theirs: SdkStore;
  readonly ours: SdkStore;
  readonly wentRound: FileStoreDefect[] = [];
  compared = 0;
  /** The tokens that were saved: their id in the file and ours, while the file's stands for them. */
  #saved: { theirs: string; ours: string }[] = [];

  constructor(path: string) {
    this.path = path;
    this.theirs = new ts8.FileStore(path);
    const store = createMemoryTokenStore();
    this.ours = toZohoTokenStore(store, ts8);
  }

  async run(step_: Step): Promise<void> {
    const rows = await readRows(this.path);
    switch (step_.do) {
      case "save":
        return this.#save(build(step_.parts), build(step_.parts), rows);
      case "find":
        return this.#find(build(step_.parts), build(step_.parts), rows);
      case "saveAgain": {
        const ids = this.#idsOf(step_.token);
        if (!ids) return undefined;
        const loaded = await Promise.all([this.theirs.findTokenById(ids.theirs), this.ours.findTokenById(ids.ours)]);
        const [mine, other] = loaded as [Token, Token];
        for (const token of [mine, other]) {
          token.setAccessToken(step_.access);
          token.setExpiresIn(step_.expiresIn);
        }
        return this.#save(mine, other, rows);
      }
      case "findById": {
        const ids = this.#idsOf(step_.token);
        if (!ids) return undefined;
        const found = await Promise.all([this.theirs.findTokenById(ids.theirs), this.ours.findTokenById(ids.ours)]);
        return this.#same(shown(found[0] as Token), shown(found[1] as Token));
      }
      case "delete": {
        const ids = this.#idsOf(step_.token);
        if (!ids) return undefined;
        await Promise.all([this.theirs.deleteToken(ids.theirs), this.ours.deleteToken(ids.ours)]);
        this.#saved = this.#saved.filter(({ theirs }) => theirs !== ids.theirs);
        return this.list();
      }
      case "deleteAll":
        await Promise.all([this.theirs.deleteTokens(), this.ours.deleteTokens()]);
        this.#saved = [];
        return this.list();
      case "list":
        return this.list();
    }
  }

  async list(): Promise<void> {
    const sorted = (tokens: Token[] | null): unknown => (tokens ?? []).map((token) => JSON.stringify(shown(token))).sort();
    this.#same(sorted((await this.theirs.getTokens()) as Token[]), sorted((await this.ours.getTokens()) as Token[]));
  }

  async #save(theirs: Token, ours: Token, rows: FileRow[]): Promise<void> {
    const defect = defectOfSave(theirs, rows);
    if (defect) return void this.wentRound.push(defect);
    const outcome = async (store: SdkStore, token: Token): Promise<string> =>
      store.saveToken(token).then(
        () => "saved",
        (error: { code: string }) => error.code,
      );
    const results = await Promise.all([outcome(this.theirs, theirs), outcome(this.ours, ours)]);
    this.#same(results[0], results[1]);
    if (results[0] !== "saved") return undefined;
    this.#same(shown(theirs), shown(ours));
    const ids = { theirs: theirs.getId()!, ours: ours.getId()! };
    this.#saved = [...this.#saved.filter((other) => other.theirs !== ids.theirs), ids];
    return undefined;
  }

  async #find(theirs: Token, ours: Token, rows: FileRow[]): Promise<void> {
    const row = rows.find((candidate) => fileStoreMatches(theirs, candidate));
    const expiry = row && inheritsExpiry(theirs, row) ? "pairs a new access token with the expiry of the old one" : undefined;
    const defect = defectOfLookup(theirs, rows) ?? expiry;
    if (defect) return void this.wentRound.push(defect);
    const found = [await this.theirs.findToken(theirs), await this.ours.findToken(ours)] as [Token | null, Token | null];
    this.#same(shown(found[0]), shown(found[1]));
    this.#same(found[0] === theirs, found[1] === ours);
    if (found[0]?.getId() != null) this.#same(this.#oursFor(found[0].getId()!), found[1]?.getId());
    return undefined;
  }

  #same(theirs: unknown, ours: unknown): void {
    this.compared++;
    expect(ours).toEqual(theirs);
  }

  #idsOf(token: number): { theirs: string; ours: string } | undefined {
    return this.#saved[token % (this.#saved.length || 1)];
  }

  /** A find with an id of the application's own keeps that id in the token. */
  #oursFor(theirs: string): string {
    return this.#saved.find((ids) => ids.theirs === theirs)?.ours ?? theirs;
  }
}

/** Runs random programs on both stores and tells how much was compared. */
export async function comparePrograms(programs: number, directory: string): Promise<void> {
  let count = 0;
  const totals = { compared: 0, wentRound: 0 };
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (steps) => {
      const comparison = new Comparison(join(directory, `${++count}.csv`));
      for (const next of steps) await comparison.run(next);
      await comparison.list();
      totals.compared += comparison.compared;
      totals.wentRound += comparison.wentRound.length;
    }),
    { numRuns: programs },
  );
  console.log(`${count} programs: ${totals.compared} answers compared, ${totals.wentRound} steps left out for a defect of FileStore's`);
  expect(totals.wentRound).toBeLessThan(totals.compared / 2);
}
