import "fake-indexeddb/auto";
import { spawnSync } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { openDB } from "idb";
import { createStorage } from "unstorage";
import fsDriver from "unstorage/drivers/fs";
import memoryDriver from "unstorage/drivers/memory";
import { describe, expect, it } from "vitest";
import { createIndexedDBTokenStore } from "../../src/backends/indexeddb/index.ts";
import { atomicFsDriver } from "../../src/backends/unstorage/atomic-fs/index.ts";
import { temporaryPath } from "../../src/backends/unstorage/atomic-fs/temporary-file.ts";
import { createUnstorageTokenStore } from "../../src/backends/unstorage/index.ts";
import { checkTokens, sweepTokens } from "../../src/maintenance/index.ts";
import { namedToken, unique } from "../conformance/fixture.ts";
import { CLEAN } from "../../src/testing/cases/maintenance.ts";
import { SECRET } from "../conformance/unstorage-fixture.ts";
import { temporaryDirectory, temporaryFiles } from "../support/temporary-directory.ts";
import { faultSuite } from "./fault-suite.ts";

describe("checkTokens on unstorage's memory driver", () => {
  faultSuite(async () => createStorage({ driver: memoryDriver() }));
});

describe("checkTokens on unstorage's fs driver", () => {
  faultSuite(async () => createStorage({ driver: fsDriver({ base: await temporaryDirectory() }) }));
});

describe("checkTokens on atomicFsDriver", () => {
  faultSuite(async () => createStorage({ driver: atomicFsDriver({ base: await temporaryDirectory() }) }));

  it("removes what killed writers left since the driver was opened, and nothing of a writer that lives", async () => {
    const base = await temporaryDirectory();
    const store = createUnstorageTokenStore(createStorage({ driver: atomicFsDriver({ base }) }), { secret: SECRET });
    const saved = await store.saveToken(namedToken("ann"));
    const { pid } = spawnSync(process.execPath, ["--version"]);
    const own = await temporaryPath(join(base, "tokens", "r"));
    const dead = basename(own).replace(`-${process.pid}-`, `-${pid}-`);
    for (const path of [own, join(dirname(own), dead), join(base, dead)]) await writeFile(path, "half a reco");
    expect(await checkTokens(store)).toMatchObject({ ...CLEAN, records: 1, orphans: 2 });
    expect(await temporaryFiles(base)).toHaveLength(3);
    expect(await checkTokens(store, { repair: true })).toMatchObject({ ...CLEAN, records: 1, orphans: 2, repaired: 2 });
    expect(await temporaryFiles(base)).toEqual([expect.stringContaining(basename(own))]);
    expect(await checkTokens(store)).toMatchObject({ ...CLEAN, records: 1 });
    expect(await store.findToken({ userName: "ann" })).toEqual(saved);
  });
});

describe("checkTokens and sweepTokens in IndexedDB", () => {
  it("count a damaged record, leave it, and go on with the others", async () => {
    const namespace = unique();
    const store = createIndexedDBTokenStore({ namespace, now: () => 1000 });
    await store.saveToken({ ...namedToken("ann"), expiresAt: 0 });
    await store.saveToken({ userName: "ben", accessToken: "b", expiresAt: 0 });
    const database = await openDB(`edge-token-store:${namespace}`);
    const records = (await database.getAll("records")) as { version: number; index: { refresh?: string } }[];
    await database.put("records", { ...records.find(({ index }) => index.refresh), version: 7 });
    database.close();
    expect(await checkTokens(store, { repair: true })).toEqual({ ...CLEAN, records: 2, pointers: 0, unreadable: 1 });
    expect(await sweepTokens(store)).toEqual({ records: 2, expired: 1, over: 0, unreadable: 1, removed: 1 });
    expect(await checkTokens(store)).toMatchObject({ records: 1, unreadable: 1 });
    await store.close();
  });
});
