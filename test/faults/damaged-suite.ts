import type { Storage } from "unstorage";
import { beforeEach, describe, expect, it } from "vitest";
import { createUnstorageTokenStore } from "../../src/backends/unstorage/index.ts";
import type { EdgeTokenStore, RecordCorruptError, StoredToken, TokenQuery } from "../../src/index.ts";
import { checkTokens } from "../../src/maintenance/index.ts";
import { all, expectCode, namedToken, queriesFor } from "../conformance/fixture.ts";
import { SECRET } from "../conformance/unstorage-fixture.ts";

const ANN = namedToken("ann");
const BEN = namedToken("ben");

type Damage = (raw: string, other: string) => unknown;

const edit =
  (change: (record: { version: number; index: Record<string, string>; body: { keyId: string; sealed: string } }) => void): Damage =>
  (raw) => {
    const record = JSON.parse(raw);
    change(record);
    return JSON.stringify(record);
  };

const DAMAGES: [string, Damage][] = [
  ["is empty", () => ""],
  ["is cut after its first character", (raw) => raw.slice(0, 1)],
  ["is cut in the middle", (raw) => raw.slice(0, raw.length / 2)],
  ["lacks its last character", (raw) => raw.slice(0, -1)],
  ["is text", () => "hello"],
  ["is a number", () => "42"],
  ["is true", () => "true"],
  ["is an array", () => "[]"],
  ["is an empty object", () => "{}"],
  ["is a stranger's object", () => JSON.stringify({ version: 1, token: ANN })],
  ["is another user's record", (_raw, other) => other],
  ["has no body", edit((record) => delete (record as { body?: unknown }).body)],
  ["has a body of text", edit((record) => void ((record as { body: unknown }).body = "x"))],
  ["has a body that is not sealed", edit((record) => void ((record as { body: unknown }).body = { token: ANN, derived: true, tick: 0 }))],
  ["has another's seal", (raw, other) => JSON.stringify({ ...JSON.parse(raw), body: JSON.parse(other).body })],
  [
    "has a seal with a bit changed",
    edit(({ body }) => void (body.sealed = `${body.sealed.startsWith("A") ? "B" : "A"}${body.sealed.slice(1)}`)),
  ],
  ["has a seal that is cut", edit(({ body }) => void (body.sealed = body.sealed.slice(0, 20)))],
  ["has a seal that is no base64url", edit(({ body }) => void (body.sealed = "€"))],
  ["has a seal of another key", edit(({ body }) => void (body.keyId = "0".repeat(32)))],
  ["names another key", edit((record) => void ((record as unknown as { keyId: string }).keyId = "0".repeat(32)))],
  ["has another version", edit((record) => void (record.version += 1))],
  ["has another index entry", edit((record) => void (record.index["user"] = "0".repeat(32)))],
  ["lacks an index entry", edit((record) => delete record.index["refresh"])],
  ["has a version that is text", edit((record) => void ((record as { version: unknown }).version = "1"))],
  ["has an index that is text", edit((record) => void ((record as { index: unknown }).index = "user"))],
  ["has an unknown index", edit((record) => void (record.index["email"] = "x"))],
];

/** What lies in the storage is not what the store wrote, in every way there is. */
export function damagedSuite(create: () => Promise<Storage>): void {
  let storage: Storage;
  let store: EdgeTokenStore;
  let ann: StoredToken;
  let ben: StoredToken;
  let annKey: string;
  let benKey: string;

  beforeEach(async () => {
    storage = await create();
    store = createUnstorageTokenStore(storage, { secret: SECRET });
    ann = await store.saveToken(ANN);
    [annKey] = (await recordKeys()) as [string];
    ben = await store.saveToken(BEN);
    benKey = (await recordKeys()).find((key) => key !== annKey)!;
  });

  const recordKeys = async (): Promise<string[]> => (await storage.getKeys("tokens:r")).filter((key) => key !== "tokens:r:keys");

  const QUERIES = (): TokenQuery[] => queriesFor(ann);

  describe.each(DAMAGES)("a record that %s", (_name, damage) => {
    beforeEach(async () => {
      const raw = async (key: string): Promise<string> => JSON.stringify(await storage.getItem(key));
      await storage.setItemRaw(annKey, damage(await raw(annKey), await raw(benKey)));
    });

    it("is reported by every look-up, never taken for a missing one", async () => {
      for (const query of QUERIES()) {
        await expectCode(store.findToken(query), "ERR_RECORD_CORRUPT");
        await expectCode(store.findTokens(query), "ERR_RECORD_CORRUPT");
      }
      await expectCode(store.saveToken({ ...ANN, accessToken: "new" }), "ERR_RECORD_CORRUPT");
      expect(await store.findToken({ userName: "ben" })).toEqual(ben);
    });

    it("ends a listing with the error, or is reported and passed over", async () => {
      await expectCode(store.getTokens(), "ERR_RECORD_CORRUPT");
      await expectCode(all(store.tokens()), "ERR_RECORD_CORRUPT");
      const reported: RecordCorruptError[] = [];
      expect(await all(store.tokens({ onCorrupt: (error) => reported.push(error) }))).toEqual([ben]);
      expect(reported).toEqual([expect.objectContaining({ code: "ERR_RECORD_CORRUPT", recordKey: annKey.split(":")[2] })]);
      expect(JSON.stringify(reported.map(({ message }) => message))).not.toMatch(/ann|access/);
    });

    it("can be deleted, and the user saved again", async () => {
      await store.deleteToken(ann.id);
      for (const query of QUERIES()) expect(await store.findToken(query)).toBeNull();
      const again = await store.saveToken(ANN);
      for (const query of QUERIES()) expect(await store.findToken(query)).toEqual(again);
      expect(await store.getTokens()).toHaveLength(2);
    });
  });

  describe.each(['"garbage"', "{}", '{"version":1}', '{"keyIds":[]}', '{"keyIds":[1]}'])("a key register that is %s", (body) => {
    const REGISTER = "tokens:r:keys";
    beforeEach(async () => {
      const register = (await storage.getItem(REGISTER)) as object;
      const whole = body.startsWith('{"keyIds"') ? JSON.stringify({ ...register, body: JSON.parse(body) as object }) : body;
      await storage.setItemRaw(REGISTER, whole);
    });

    const open = (secret: string): EdgeTokenStore => createUnstorageTokenStore(storage, { secret });
    const WRONG = "another secret, of thirty-two characters";

    it("is reported where a token is not found: nobody knows whether the secret is the right one", async () => {
      for (const secret of [SECRET, WRONG]) {
        for (const query of [{ userName: "cid", clientId: "c" }, { refreshToken: "unknown" }]) {
          await expectCode(open(secret).findToken(query), "ERR_RECORD_CORRUPT");
        }
        await expectCode(open(secret).saveToken({ userName: "cid", refreshToken: "r" }), "ERR_RECORD_CORRUPT");
      }
      for (const query of QUERIES()) await expectCode(open(WRONG).findToken(query), "ERR_RECORD_CORRUPT");
      for (const query of QUERIES()) expect(await open(SECRET).findToken(query)).toEqual(ann);
    });

    it("is mended by the check, whoever runs it, so that a wrong secret is told again", async () => {
      expect(await checkTokens(open(SECRET))).toMatchObject({ damaged: 1, repaired: 0, unreadable: 0 });
      expect(await checkTokens(open(SECRET), { repair: true })).toMatchObject({ damaged: 1, repaired: 1 });
      expect(await checkTokens(open(SECRET))).toMatchObject({ records: 2, damaged: 0 });
      await expectCode(open(WRONG).findToken({ userName: "ann" }), "ERR_SECRET_MISMATCH");
      expect(await open(SECRET).findToken({ userName: "cid" })).toBeNull();
      expect(await store.saveToken({ userName: "cid", refreshToken: "r" })).toMatchObject({ version: 1 });
    });

    it("mended with a wrong secret still names the one that the records are written with", async () => {
      expect(await checkTokens(open(WRONG), { repair: true })).toMatchObject({ damaged: 1, repaired: 1, unreadable: 2 });
      await expectCode(open(WRONG).findToken({ userName: "ann" }), "ERR_SECRET_MISMATCH");
      expect(await open(SECRET).findToken({ userName: "ann" })).toEqual(ann);
    });

    it("goes with everything, and all begins anew", async () => {
      await store.deleteTokens();
      expect(await storage.getKeys("tokens")).toEqual([]);
      expect(await open(WRONG).saveToken(ANN)).toMatchObject({ version: 1 });
    });
  });

  describe("a damaged index entry", () => {
    const userPointer = async (): Promise<string> => {
      const pointers = await Promise.all(
        (await storage.getKeys("tokens:x:user")).map(async (key) => [key, JSON.stringify(await storage.getItem(key))]),
      );
      return pointers.find(([, value]) => value!.includes(annKey.split(":")[2]!))![0]!;
    };

    it.each(["", "x", "[]", "{}", '{"pointers":', '{"pointers":"x"}', '{"pointers":[1]}', '{"pointers":[{"key":"../x","version":1}]}'])(
      "%j is reported, not taken for a missing user, and mended by the next save",
      async (value) => {
        await storage.setItemRaw(await userPointer(), value);
        await expectCode(store.findToken({ userName: "ann" }), "ERR_RECORD_CORRUPT");
        expect(await store.findToken({ userName: "ann", clientId: "c" })).toEqual(ann);
        await store.saveToken(ANN);
        expect(await store.findToken({ userName: "ann" })).toEqual(ann);
      },
    );

    it("that leads to another user's record finds nobody", async () => {
      await storage.setItem(await userPointer(), { pointers: [{ key: benKey.split(":")[2], version: 1 }] });
      expect(await store.findToken({ userName: "ann" })).toBeNull();
    });

    it("that leads nowhere is passed over, and stays for the check", async () => {
      const pointer = await userPointer();
      await storage.setItem(pointer, {
        pointers: [
          { key: "0".repeat(32), version: 1 },
          { key: annKey.split(":")[2], version: 1 },
        ],
      });
      expect(await store.findToken({ userName: "ann" })).toEqual(ann);
      expect(await storage.hasItem(pointer)).toBe(true);
    });
  });
}
