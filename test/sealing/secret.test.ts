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
