import fs, { symlink } from "node:fs/promises";
import { syncBuiltinESMExports } from "node:module";
import { createStorage } from "unstorage";
import { afterEach, describe, expect, it, vi } from "vitest";
import { fileError } from "../../src/backends/unstorage/atomic-fs/file-errors.ts";
import { atomicFsDriver } from "../../src/backends/unstorage/atomic-fs/index.ts";
import { lockPath } from "../../src/backends/unstorage/atomic-fs/lock-file.ts";
import { newHolder, stateOf } from "../../src/backends/unstorage/atomic-fs/lock-holder.ts";
import { createUnstorageTokenStore } from "../../src/backends/unstorage/index.ts";
import { SECRET } from "../conformance/unstorage-fixture.ts";
import { instanceOf } from "../support/atomic-fs-instance.ts";
import { temporaryDirectory, temporaryFiles } from "../support/temporary-directory.ts";

const ANN = { userName: "ann", clientId: "c", refreshToken: "r" };

/** Lets nothing be removed any more, as a file system does that was remounted to be read only, until it is called. */
function refuseRemovals(): () => void {
  const spy = vi.spyOn(fs, "unlink").mockImplementation(async (path) => {
    throw fileError("EROFS", "read-only file system", String(path));
  });
  syncBuiltinESMExports();
  return () => {
    spy.mockRestore();
    syncBuiltinESMExports();
  };
}
afterEach(() => {
  vi.restoreAllMocks();
  syncBuiltinESMExports();
});

describe("a lock that can't be given back", () => {
  it("fails no save that is complete, and is gone before the next one", async () => {
    const base = await temporaryDirectory();
    const store = createUnstorageTokenStore(createStorage({ driver: atomicFsDriver({ base }) }), { secret: SECRET });
    await store.saveToken(ANN);
    const allow = refuseRemovals();
    expect(await store.saveToken({ ...ANN, scope: "s" })).toMatchObject({ version: 2 });
    expect(await temporaryFiles(base)).not.toEqual([]);
    allow();
    expect(await store.saveToken({ ...ANN, scope: "t" })).toMatchObject({ version: 3 });
    expect(await temporaryFiles(base)).toEqual([]);
  });

  it("goes with the next task of its process, whatever that is for, so that others need not wait for it", async () => {
    const base = await temporaryDirectory();
    const { runExclusive } = instanceOf(base);
    const allow = refuseRemovals();
    await expect(runExclusive(["a", "b"], () => Promise.reject(new Error("of the task")))).rejects.toThrow("of the task");
    allow();
    await instanceOf(await temporaryDirectory()).runExclusive(["c"], async () => {});
    expect(await temporaryFiles(base)).toEqual([]);
  });

  it("is not waited for while it can't be, but told, and is in the way of no other key", async () => {
    const base = await temporaryDirectory();
    const { runExclusive } = instanceOf(base);
    refuseRemovals();
    expect(await runExclusive(["a"], async () => 1)).toBe(1);
    await expect(runExclusive(["a"], async () => 2)).rejects.toMatchObject({ code: "EROFS" });
    expect(await runExclusive(["b"], async () => 3)).toBe(3);
  });

  it("lets one in at a time all the same", async () => {
    const base = await temporaryDirectory();
    const allow = refuseRemovals();
    await instanceOf(base).runExclusive(["a"], async () => {});
    allow();
    let inside = 0;
    await Promise.all(
      Array.from({ length: 10 }, () =>
        instanceOf(base).runExclusive(["a"], async () => {
          expect(++inside).toBe(1);
          await new Promise(setImmediate);
          inside--;
        }),
      ),
    );
    expect(await temporaryFiles(base)).toEqual([]);
  });

  it("leaves no claim behind where it is that of a dead process", async () => {
    const base = await temporaryDirectory();
    const { runExclusive } = instanceOf(base);
    await runExclusive(["other"], async () => {});
    await symlink((await newHolder()).replace(`-${process.pid}-`, "-2147483646-"), lockPath(base, "a"));
    const allow = refuseRemovals();
    await expect(runExclusive(["a"], async () => {})).rejects.toMatchObject({ code: "EROFS" });
    allow();
    expect(await runExclusive(["a"], async () => 1)).toBe(1);
    expect(await temporaryFiles(base)).toEqual([]);
  });
});

describe("the name of a holder", () => {
  it("fits into the inode of a symbolic link on ext4, whatever the pid: there a full disk has no room for a longer one", async () => {
    const [, pid] = (await newHolder()).split("-");
    expect((await newHolder()).length - pid!.length + "4194304".length).toBeLessThan(60);
  });

  it("is read in the form of earlier versions too", async () => {
    const now = await newHolder();
    const before = now.replace(/(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
    expect(before).toHaveLength(now.length + 4);
    expect([await stateOf(now), await stateOf(before)]).toEqual(["alive", "alive"]);
  });
});
