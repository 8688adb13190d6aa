import memoryDriver from "unstorage/drivers/memory";
import { createStorage } from "unstorage";
import { beforeEach, describe, expect, it } from "vitest";
import { createUnstorageTokenStore } from "../../src/backends/unstorage/index.ts";
import type { EdgeTokenStore, StoredToken, TokenStoreError } from "../../src/index.ts";
import { namedToken, queriesFor } from "../conformance/fixture.ts";
import { SECRET } from "../conformance/unstorage-fixture.ts";

let raw: Map<string, string>;
let open: (namespace?: string) => EdgeTokenStore;
let ann: StoredToken;
let annKey: string;
let ben: StoredToken;
let benKey: string;

beforeEach(async () => {
  const driver = memoryDriver();
  raw = driver.getInstance!() as Map<string, string>;
  const storage = createStorage({ driver });
  open = (namespace = "tokens") => createUnstorageTokenStore(storage, { secret: SECRET, namespace });
  const save = async (name: string): Promise<[StoredToken, string]> => {
    const before = new Set(raw.keys());
    const saved = await open().saveToken(namedToken(name));
    return [saved, [...raw.keys()].find((key) => /:r:[0-9a-f]{32}$/.test(key) && !before.has(key))!];
  };
  [ann, annKey] = await save("ann");
  [ben, benKey] = await save("ben");
});

interface Answers {
  corrupt: number;
  miss: number;
  own: number;
  wrong: number;
}

/** What all look-ups for a user answer, from a store that has not read anything yet. */
async function ask(victim: StoredToken): Promise<Answers> {
  const answers: Answers = { corrupt: 0, miss: 0, own: 0, wrong: 0 };
  const store = open();
  for (const query of queriesFor(victim)) {
    const found = await store.findToken(query).catch((error: TokenStoreError) => error.code);
    if (found === "ERR_RECORD_CORRUPT") answers.corrupt++;
    else if (found === null) answers.miss++;
    else if (typeof found === "object" && found.id === victim.id) answers.own++;
    else answers.wrong++;
  }
  return answers;
}

const ALL_CORRUPT: Answers = { corrupt: 6, miss: 0, own: 0, wrong: 0 };

describe("who can write to the storage can't make a look-up lie:", () => {
  it.each([0x01, 0x20, 0x80])("every byte of a record changed by %i, one by one", async (mask) => {
    const original = Buffer.from(raw.get(annKey)!);
    let flips = 0;
    for (let position = 0; position < original.length; position++) {
      const changed = Buffer.from(original);
      changed[position]! ^= mask;
      raw.set(annKey, changed.toString());
      expect(await ask(ann), `byte ${position}`).toEqual(ALL_CORRUPT);
      flips++;
    }
    expect(flips).toBeGreaterThan(500);
    expect(await ask(ben)).toMatchObject({ own: 6 });
  });

  it("a record cut at every length", async () => {
    const original = raw.get(annKey)!;
    for (let length = 0; length < original.length; length++) {
      raw.set(annKey, original.slice(0, length));
      expect(await ask(ann), `${length} characters`).toEqual(ALL_CORRUPT);
    }
  });

  it("two records swapped", async () => {
    const [first, second] = [raw.get(annKey)!, raw.get(benKey)!];
    raw.set(annKey, second).set(benKey, first);
    expect(await ask(ann)).toEqual(ALL_CORRUPT);
    expect(await ask(ben)).toEqual(ALL_CORRUPT);
  });

  it("one user's record in another's place", async () => {
    raw.set(annKey, raw.get(benKey)!);
    expect(await ask(ann)).toEqual(ALL_CORRUPT);
    expect(await ask(ben)).toMatchObject({ own: 6 });
  });

  it("every index entry led to another user's record", async () => {
    const to = (from: string, target: string): void => {
      for (const [key, value] of raw) if (key.includes(":x:")) raw.set(key, value.replaceAll(from, target));
    };
    const [annDigest, benDigest] = [annKey, benKey].map((key) => key.split(":")[2]!);
    to(annDigest!, benDigest!);
    expect(await ask(ann)).toEqual({ corrupt: 0, miss: 4, own: 2, wrong: 0 });
    expect(await ask(ben)).toMatchObject({ own: 6 });
  });

  it("a record rolled back in version, its own old seal kept", async () => {
    await open().saveToken({ id: ann.id, scope: "new" });
    const record = JSON.parse(raw.get(annKey)!);
    raw.set(annKey, JSON.stringify({ ...record, version: 1 }));
    expect(await ask(ann)).toEqual(ALL_CORRUPT);
  });

  it("a record of another namespace, under the same secret", async () => {
    const other = await open("other").saveToken(namedToken("ann"));
    const otherKey = [...raw.keys()].find((key) => /^other:r:[0-9a-f]{32}$/.test(key))!;
    expect(other.userName).toBe("ann");
    raw.set(annKey, raw.get(otherKey)!);
    expect(await ask(ann)).toEqual(ALL_CORRUPT);
  });

  it("a plain record in a sealed one's place", async () => {
    const record = JSON.parse(raw.get(annKey)!);
    raw.set(annKey, JSON.stringify({ ...record, body: { token: { ...ann, accessToken: "forged" }, derived: true, tick: 0 } }));
    expect(await ask(ann)).toEqual(ALL_CORRUPT);
  });

  it("a record that was sealed without a secret in a sealed one's place", async () => {
    const driver = memoryDriver();
    await createUnstorageTokenStore(createStorage({ driver }), { secret: false }).saveToken({ ...namedToken("ann"), id: ann.id });
    const forged = [...(driver.getInstance!() as Map<string, string>)].find(([key]) => /:r:[0-9a-f]{32}$/.test(key))![1];
    raw.set(annKey, forged);
    expect(await ask(ann)).toEqual(ALL_CORRUPT);
  });
});

it("without a secret, a record in another's place is noticed too", async () => {
  const driver = memoryDriver();
  const plain = driver.getInstance!() as Map<string, string>;
  const store = createUnstorageTokenStore(createStorage({ driver }), { secret: false });
  const [first, second] = [await store.saveToken(namedToken("ann")), await store.saveToken(namedToken("ben"))];
  const [one, other] = [...plain.keys()].filter((key) => /:r:[0-9a-f]{32}$/.test(key)) as [string, string];
  const [oneValue, otherValue] = [plain.get(one)!, plain.get(other)!];
  plain.set(one, otherValue).set(other, oneValue);
  for (const query of [...queriesFor(first), ...queriesFor(second)]) {
    await expect(store.findToken(query)).rejects.toMatchObject({ code: "ERR_RECORD_CORRUPT" });
  }
});
