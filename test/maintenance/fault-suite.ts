import type { Storage } from "unstorage";
import { expect, it } from "vitest";
import { createUnstorageTokenStore } from "../../src/backends/unstorage/index.ts";
import { checkTokens } from "../../src/maintenance/index.ts";
import { expectCode, namedToken, queriesFor } from "../conformance/fixture.ts";
import { CLEAN } from "../../src/testing/cases/maintenance.ts";
import { SECRET } from "../conformance/unstorage-fixture.ts";

const NOBODY = "0".repeat(32);

/** Each kind of fault that pointers and records can have, made past the store, found and mended. */
export function faultSuite(open: () => Promise<Storage>): void {
  it("every kind of fault is found, mended, and not found again", async () => {
    const storage = await open();
    const store = createUnstorageTokenStore(storage, { secret: SECRET });
    const { id } = await store.saveToken(namedToken("ann"));
    const annRecord = (await storage.getKeys("tokens:r")).find((key) => key !== "tokens:r:keys");
    const ann = await store.saveToken({ id, scope: "s" });
    const pointers = await storage.getKeys("tokens:x");
    const pointerOf = (index: string): string => pointers.find((key) => key.startsWith(`tokens:x:${index}:`))!;
    const key = annRecord!.split(":")[2]!;
    await store.saveToken(namedToken("ben"));
    const before = new Set(await storage.getKeys("tokens:r"));
    const eve = await store.saveToken({ id: "eve", accessToken: "access-eve" });
    const eveRecord = (await storage.getKeys("tokens:r")).find((one) => !before.has(one));

    await storage.removeItem(pointerOf("access"));
    await storage.setItemRaw(pointerOf("user"), "x");
    await storage.setItemRaw(`tokens:x:user:${NOBODY}`, '{"pointers":');
    await storage.setItem(`tokens:x:grant:${NOBODY}`, { pointers: [{ key, version: 1 }] });
    await storage.setItem(`tokens:x:access:${NOBODY}`, { pointers: [{ key, version: 2 }] });
    await storage.setItem(`tokens:x:refresh:${NOBODY}`, { pointers: [{ key: "1".repeat(32), version: 1 }] });
    await storage.setItemRaw(eveRecord!, "x");
    await storage.setItem("tokens:x:email:foreign", { pointers: "not ours" });

    const found = { missing: 1, damaged: 2, stale: 1, wrong: 1, dangling: 1, unreadable: 1 };
    expect(await checkTokens(store)).toMatchObject({ ...CLEAN, ...found, records: 3 });
    expect(await checkTokens(store, { repair: true })).toMatchObject({ ...CLEAN, ...found, repaired: 6 });
    expect(await checkTokens(store, { repair: true })).toEqual({ ...CLEAN, unreadable: 1, records: 3, pointers: 11 });
    for (const query of queriesFor(ann)) expect(await store.findToken(query)).toEqual(ann);
    await expectCode(store.findToken({ accessToken: "access-eve" }), "ERR_RECORD_CORRUPT");
    await store.deleteToken(eve.id);
    expect(await checkTokens(store, { repair: true })).toMatchObject({ ...CLEAN, dangling: 1, repaired: 1 });
    expect(await checkTokens(store)).toEqual({ ...CLEAN, records: 2, pointers: 10 });
    expect(await storage.getItem("tokens:x:email:foreign")).toEqual({ pointers: "not ours" });
  });
}
