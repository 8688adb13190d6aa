import { describe, expect, it } from "vitest";
import type { StoredRecord } from "../../src/backend.ts";
import { Keyring } from "../../src/sealing/keyring.ts";
import type { Key, RecordContent } from "../../src/sealing/keyring.ts";
import { Memo } from "../../src/sealing/memo.ts";
import { placeBy } from "../../src/sealing/places.ts";
import type { Digest } from "../../src/sealing/places.ts";

const record = (key: string, over: Partial<StoredRecord> = {}): StoredRecord => ({
  key,
  version: 1,
  keyId: "k",
  index: { user: "u", access: "a" },
  body: { format: 1, keyId: "k", sealed: "bytes" },
  ...over,
});

/** A key that counts what it is asked to do, and opens anything. */
function countingKey(): { key: Key; opened: string[]; digested: string[] } {
  const [opened, digested]: string[][] = [[], []];
  const digest: Digest = (kind, value) => {
    digested!.push(`${kind} ${value.join()}`);
    return Promise.resolve(`digest of ${value.join()}`);
  };
  const key: Key = {
    id: "k",
    digest,
    place: placeBy(digest),
    seal: (_header, content) => content,
    open: async ({ key: recordKey }): Promise<RecordContent> => {
      opened!.push(recordKey);
      return { token: { id: recordKey, accessToken: "a", createdAt: 1, updatedAt: 1, version: 1 }, derived: true, tick: 0 };
    },
  };
  return { key, opened: opened!, digested: digested! };
}

describe("the memo of opened records", () => {
  it("opens the same bytes once, and gives each caller a copy", async () => {
    const { key, opened } = countingKey();
    const keyring = new Memo(10).over(new Keyring([key]));
    const first = await keyring.open(record("r"));
    first.token.accessToken = "changed by a caller";
    const second = await keyring.open(record("r"));
    second.token.accessToken = "changed by another";
    expect((await keyring.open(record("r"))).token.accessToken).toBe("a");
    expect(opened).toEqual(["r"]);
  });

  it.each<[string, Partial<StoredRecord>]>([
    ["version", { version: 2 }],
    ["body", { body: { format: 1, keyId: "k", sealed: "Bytes" } }],
    ["envelope", { body: { format: 2, keyId: "k", sealed: "bytes" } }],
    ["envelope, by a field more", { body: { format: 1, keyId: "k", sealed: "bytes", more: 1 } }],
    ["index, by an entry more", { index: { user: "u", access: "a", grant: "g" } }],
    ["index, by an entry less", { index: { user: "u" } }],
    ["index, by another entry", { index: { user: "u", access: "b" } }],
    ["kind of body", { body: new Uint8Array([1, 2, 3]) }],
  ])("opens anew what has another %s", async (_name, over) => {
    const { key, opened } = countingKey();
    const keyring = new Memo(10).over(new Keyring([key]));
    await keyring.open(record("r"));
    await keyring.open(record("r", over));
    expect(opened).toEqual(["r", "r"]);
  });

  it("compares sealed bytes one by one", async () => {
    const { key, opened } = countingKey();
    const keyring = new Memo(10).over(new Keyring([key]));
    const sealed = (bytes: number[]): StoredRecord => record("r", { body: { format: 1, keyId: "k", sealed: new Uint8Array(bytes) } });
    await keyring.open(sealed([1, 2, 3]));
    await keyring.open(sealed([1, 2, 3]));
    expect(opened).toHaveLength(1);
    for (const bytes of [
      [1, 2, 4],
      [1, 2],
      [1, 2, 3, 0],
    ])
      await keyring.open(sealed(bytes));
    expect(opened).toHaveLength(4);
  });

  it("keeps as many as it was told, and lets go of what was used longest ago", async () => {
    const { key, opened } = countingKey();
    const keyring = new Memo(2).over(new Keyring([key]));
    for (const name of ["a", "b", "a", "c", "a", "b"]) await keyring.open(record(name));
    expect(opened).toEqual(["a", "b", "c", "b"]);
  });

  it("keeps digests too, each under its kind and value", async () => {
    const { key, digested } = countingKey();
    const { current } = new Memo(2).over(new Keyring([key]));
    for (const [kind, value] of [
      ["user", "ann"],
      ["user", "ann"],
      ["access", "ann"],
      ["user", "bob"],
    ] as const) {
      expect(await current.digest(kind, [value])).toBe(`digest of ${value}`);
    }
    expect(digested).toEqual(["user ann", "access ann", "user bob"]);
  });

  it("keeps the place of an identity whole, each under its sequence", async () => {
    const { key, digested } = countingKey();
    const { current } = new Memo(2).over(new Keyring([key]));
    const first = await current.place(["account", "ann", null], 0);
    expect(await current.place(["account", "ann", null], 0)).toBe(first);
    expect(digested).toEqual(["derived-id account,ann,,0", "id digest of account,ann,,0"]);
    expect(await current.place(["account", "ann", null], 1)).not.toBe(first);
    expect(await current.place(["account", "ann", "0"], 0)).not.toBe(first);
    expect(digested).toHaveLength(6);
  });

  it("forgets what was deleted, all when it is cleared, and all when the keys are others", async () => {
    const { key, opened, digested } = countingKey();
    const memo = new Memo(10);
    const source = new Keyring([key]);
    const use = async (keyring: Keyring): Promise<void> => {
      await keyring.open(record("r"));
      await keyring.open(record("other"));
      await keyring.current.digest("user", ["ann"]);
    };
    await use(memo.over(source));
    memo.forget("r");
    await use(memo.over(source));
    expect([opened, digested]).toEqual([
      ["r", "other", "r"],
      ["user ann", "user ann"],
    ]);
    memo.clear();
    await use(memo.over(source));
    expect([opened, digested].map(({ length }) => length)).toEqual([5, 3]);
    await use(memo.over(new Keyring([key])));
    expect([opened, digested].map(({ length }) => length)).toEqual([7, 4]);
  });
});
