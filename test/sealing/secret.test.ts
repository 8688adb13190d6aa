import { createStorage } from "unstorage";
import memoryDriver from "unstorage/drivers/memory";
import { describe, expect, it } from "vitest";
import { createUnstorageTokenStore } from "../../src/backends/unstorage/index.ts";
import type { Secret } from "../../src/backends/unstorage/index.ts";
import type { EdgeTokenStore } from "../../src/index.ts";
import { all, expectCode } from "../conformance/fixture.ts";
import { instrumentDriver } from "../../src/testing/index.ts";

const NEW = "the-new-secret-of-thirty-two-characters";
const OLD = "the-old-secret-of-thirty-two-characters";
const ANN = { userName: "ann", clientId: "c", accessToken: "a", refreshToken: "r" };

function storage(): { raw: Map<string, string>; open: (secret: Secret) => EdgeTokenStore } {
  const driver = memoryDriver();
  const shared = createStorage({ driver });
  return { raw: driver.getInstance!() as Map<string, string>, open: (secret) => createUnstorageTokenStore(shared, { secret }) };
}

describe("a wrong secret", () => {
  it("is told from an unknown user, by every method", async () => {
    const { open } = storage();
    const { id } = await open(OLD).saveToken(ANN);
    const wrong = open(NEW);
    await expectCode(wrong.findToken({ userName: "ann", clientId: "c" }), "ERR_SECRET_MISMATCH");
    await expectCode(wrong.findToken({ refreshToken: "r" }), "ERR_SECRET_MISMATCH");
    await expectCode(wrong.findTokens({ userName: "ann" }), "ERR_SECRET_MISMATCH");
    await expectCode(wrong.findTokenById(id), "ERR_SECRET_MISMATCH");
    await expectCode(wrong.saveToken(ANN), "ERR_SECRET_MISMATCH");
    await expectCode(wrong.deleteToken(id), "ERR_SECRET_MISMATCH");
    await expectCode(wrong.getTokens(), "ERR_SECRET_MISMATCH");
    await expectCode(all(wrong.tokens()), "ERR_SECRET_MISMATCH");
    expect(await open(OLD).findTokenById(id)).toMatchObject(ANN);
  });

  it("is told also where sealing was turned on or off without the other one", async () => {
    for (const [written, read] of [
      [false, NEW],
      [NEW, false],
    ] as const) {
      const { open } = storage();
      await open(written).saveToken(ANN);
      await expectCode(open(read).findToken({ userName: "ann" }), "ERR_SECRET_MISMATCH");
    }
  });

  it("can still delete everything, and then begin anew", async () => {
    const { raw, open } = storage();
    await open(OLD).saveToken(ANN);
    await open(NEW).deleteTokens();
    expect([...raw.keys()]).toEqual([]);
    expect(await open(NEW).saveToken(ANN)).toMatchObject({ version: 1 });
    await expectCode(open(OLD).findToken({ userName: "ann" }), "ERR_SECRET_MISMATCH");
  });

  it("says nothing of the secrets", async () => {
    const { open } = storage();
    await open(OLD).saveToken(ANN);
    const error: Error = await open(NEW)
      .findToken({ userName: "ann" })
      .then(
        () => new Error("found"),
        (reason: Error) => reason,
      );
    expect(`${error.message} ${JSON.stringify(error)}`).not.toMatch(/the-(old|new)/);
  });
});

describe("several secrets", () => {
  it("are those that the store was created with, whatever becomes of the array", async () => {
    const { raw, open } = storage();
    const changed: [Secret & string, ...(string | false)[]] = [NEW];
    const store = open(changed);
    (changed as unknown[])[0] = false;
    await store.saveToken(ANN);
    expect([...raw.values()].join()).not.toContain(ANN.userName);
    const emptied: [string, ...string[]] = [NEW, OLD];
    const other = open(emptied);
    (emptied as unknown[]).length = 0;
    expect(await other.findToken({ userName: "ann" })).toMatchObject(ANN);
  });

  it("with one missing among them are refused", () => {
    // oxlint-disable-next-line no-sparse-arrays
    for (const secret of [[NEW, , OLD], Array.from({ length: 1 }), []]) {
      expect(() => storage().open(secret as never)).toThrow(expect.objectContaining({ code: "ERR_OPTION_INVALID" }));
    }
  });

  it("read what any of them wrote, and write with the first", async () => {
    const { open } = storage();
    const saved = await open(OLD).saveToken(ANN);
    const both = open([NEW, OLD]);
    for (const query of [
      { id: saved.id },
      { userName: "ann" },
      { userName: "ann", clientId: "c" },
      { accessToken: "a" },
      { refreshToken: "r" },
    ]) {
      expect(await both.findToken(query)).toEqual(saved);
      expect(await both.findTokens(query)).toEqual([saved]);
    }
    expect(await both.getTokens()).toEqual([saved]);
    await both.saveToken({ userName: "ben", accessToken: "b" });
    await expectCode(open(OLD).findToken({ userName: "ben" }), "ERR_SECRET_MISMATCH");
  });

  it("move a token to the first when it is saved, under its old id and without a trace of its old place", async () => {
    const { raw, open } = storage();
    const saved = await open(OLD).saveToken(ANN);
    const before = [...raw.keys()].filter((key) => !key.endsWith(":keys"));
    const updated = await open([NEW, OLD]).saveToken({ userName: "ann", clientId: "c", accessToken: "a2" });
    expect(updated).toMatchObject({ id: saved.id, version: 2, refreshToken: "r" });
    expect(before.filter((key) => raw.has(key))).toEqual([]);
    expect(await open([NEW, OLD]).getTokens()).toEqual([updated]);
  });

  it("find all tokens of a user, whichever wrote them, the most recently saved first", async () => {
    const { open } = storage();
    await open(OLD).saveToken({ userName: "ann", clientId: "one", accessToken: "1" });
    await open(OLD).saveToken({ userName: "ann", clientId: "two", accessToken: "2" });
    await new Promise((resolve) => setTimeout(resolve, 5));
    const both = open([NEW, OLD]);
    await both.saveToken({ userName: "ann", clientId: "one", accessToken: "1b" });
    expect((await both.findTokens({ userName: "ann" })).map(({ clientId }) => clientId)).toEqual(["one", "two"]);
    expect(await both.findToken({ userName: "ann" })).toMatchObject({ clientId: "one" });
  });

  it("list what is sound past a token whose newer record is damaged", async () => {
    const { raw, open } = storage();
    const saved = await open(OLD).saveToken(ANN);
    const ben = await open(OLD).saveToken({ userName: "ben", accessToken: "b" });
    const before = new Map(raw);
    await open([NEW, OLD]).saveToken({ id: saved.id, scope: "moved" });
    for (const key of raw.keys()) if (key.includes(":r:") && !key.endsWith(":keys") && !before.has(key)) raw.set(key, '{"garbage":true}');
    // As a rotation leaves it that was cut short.
    for (const [key, value] of before) if (!key.endsWith(":keys")) raw.set(key, value);
    const damaged: string[] = [];
    const listed = await all(open([NEW, OLD]).tokens({ onCorrupt: ({ recordKey }) => damaged.push(recordKey) }));
    expect(listed.map(({ id }) => id).sort()).toEqual([saved.id, ben.id].sort());
    expect(damaged).toHaveLength(1);
  });

  it("delete what any of them wrote", async () => {
    const { raw, open } = storage();
    const { id } = await open(OLD).saveToken(ANN);
    await open([NEW, OLD]).deleteToken(id);
    expect([...raw.keys()]).toEqual(["tokens:r:keys"]);
  });

  it("do not let a process that read the old record move it over one that was faster", async () => {
    const driver = memoryDriver();
    const stored = createUnstorageTokenStore(createStorage({ driver }), { secret: OLD });
    const { id } = await stored.saveToken(ANN);
    // The slow process stops at its last look whether the new place is free: just before it writes.
    let fasterIsDone = (): void => {};
    const faster = new Promise<void>((resolve) => (fasterIsDone = resolve));
    let slowWaits = (): void => {};
    const slowIsThere = new Promise<void>((resolve) => (slowWaits = resolve));
    const reads = new Map<string, number>();
    const slowDriver = instrumentDriver({ ...driver }, async (call, key) => {
      reads.set(key, (reads.get(key) ?? 0) + 1);
      if (call !== "getItem" || !key.startsWith("tokens:r:") || driver.hasItem(key, {}) || reads.get(key) !== 3) return;
      slowWaits();
      await faster;
    });
    const slow = createUnstorageTokenStore(createStorage({ driver: slowDriver }), { secret: [NEW, OLD] });
    const fast = createUnstorageTokenStore(createStorage({ driver: { ...driver } }), { secret: [NEW, OLD] });
    const slowSave = slow.saveToken({ id, scope: "slow" });
    await slowIsThere;
    await fast.saveToken({ id, tokenType: "fast" });
    fasterIsDone();
    expect(await slowSave).toMatchObject({ scope: "slow", tokenType: "fast", version: 3 });
    expect(await fast.getTokens()).toEqual([await slowSave]);
  });

  it("compare versions across a move", async () => {
    const { open } = storage();
    const { id, version } = await open(OLD).saveToken(ANN);
    const both = open([NEW, OLD]);
    const results = await Promise.allSettled(
      Array.from({ length: 10 }, (_, number) => both.saveToken({ id, accessToken: `a-${number}` }, { ifVersion: version })),
    );
    expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    expect(await both.findTokens({ userName: "ann" })).toHaveLength(1);
  });
});

describe("a store that lacks a secret of another's", () => {
  const MISMATCH = "ERR_SECRET_MISMATCH";
  const R = { refreshToken: "r" };

  it("does not answer a part of a user's tokens as all of them", async () => {
    const { open } = storage();
    await open(OLD).saveToken({ ...R, userName: "ann", clientId: "one" });
    await open([NEW, OLD]).saveToken({ ...R, userName: "ann", clientId: "two" });
    for (const query of [{ userName: "ann" }, R]) {
      await expectCode(open(OLD).findTokens(query), MISMATCH);
      await expectCode(open(NEW).findTokens(query), MISMATCH);
      expect(await open([OLD, NEW]).findTokens(query)).toHaveLength(2);
    }
  });

  it("does not answer, in the place of an account that has moved, what would be found without it", async () => {
    const { open } = storage();
    const old = open(OLD);
    const bare = await old.saveToken({ id: "own", userName: "ann", refreshToken: "bare", clientId: null });
    await open([NEW, OLD]).saveToken({ id: "other", userName: "ann", clientId: "c", accessToken: "a" });
    await expectCode(old.findToken({ userName: "ann", clientId: "c" }), MISMATCH);
    await expectCode(old.saveToken({ userName: "ann", clientId: "c", refreshToken: "next" }), MISMATCH);
    await expectCode(old.saveToken({ userName: "ann", refreshToken: "bare" }), MISMATCH);
    expect(await open([NEW, OLD]).findTokenById("own")).toEqual(bare);
  });

  it("does not refuse a save for what it can't read", async () => {
    const { open } = storage();
    const { id } = await open(OLD).saveToken(ANN);
    const { version } = await open([NEW, OLD]).saveToken({ id, scope: "moved" });
    await expectCode(open(OLD).saveToken({ id, scope: "more" }), MISMATCH);
    await expectCode(open(OLD).saveToken({ ...ANN, scope: "more" }, { ifVersion: version }), MISMATCH);
    await expectCode(open(NEW).saveToken({ userName: "ben" }), MISMATCH);
  });

  it("answers and saves what the first look-up leads to, and asks for no more than it did", async () => {
    const { open } = storage();
    const { id } = await open(OLD).saveToken(ANN);
    await open([NEW, OLD]).saveToken({ userName: "ben", accessToken: "b" });
    for (const query of [{ id }, { userName: "ann" }, { userName: "ann", clientId: "c" }, { accessToken: "a" }, { refreshToken: "r" }]) {
      expect(await open(OLD).findToken(query)).toMatchObject(ANN);
    }
    expect(await open(OLD).saveToken({ userName: "ann", clientId: "c", accessToken: "a2" })).toMatchObject({ id, version: 2 });
  });
});

it("a secret that is the current one again gives no new token the id of one that it was derived for and that has moved", async () => {
  const { open } = storage();
  const { id } = await open(OLD).saveToken(ANN);
  const ben = await open([NEW, OLD]).saveToken({ id, userName: "ben" });
  const back = open([OLD, NEW]);
  const ann = await back.saveToken({ ...ANN, refreshToken: "other" });
  expect(ann.id).not.toBe(id);
  expect(await back.findToken({ userName: "ben" })).toEqual(ben);
  expect(await back.findToken({ userName: "ann" })).toEqual(ann);
});
