import { readdir, rm, symlink } from "node:fs/promises";
import { createStorage } from "unstorage";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { StoredRecord } from "../../src/backend.ts";
import { newHolder } from "../../src/backends/unstorage/atomic-fs/lock-holder.ts";
import { holderOf, lockPath, tryLock } from "../../src/backends/unstorage/atomic-fs/lock-file.ts";
import { atomicFsDriver } from "../../src/backends/unstorage/atomic-fs/index.ts";
import { UnstorageBackend } from "../../src/backends/unstorage/backend.ts";
import { createUnstorageTokenStore } from "../../src/backends/unstorage/index.ts";
import { checkTokens } from "../../src/maintenance/index.ts";
import { instrumentDriver } from "../../src/testing/index.ts";
import { expectCode } from "../conformance/fixture.ts";
import { SECRET } from "../conformance/unstorage-fixture.ts";
import { saveAtLast } from "../support/accounts.ts";
import { instanceOf } from "../support/atomic-fs-instance.ts";
import { readFiles } from "../support/read-files.ts";
import { temporaryDirectory, temporaryFiles } from "../support/temporary-directory.ts";

/** No system gives out so high a pid. */
const DEAD_PID = "2147483646";

const storageOn = (base: string) => createStorage({ driver: atomicFsDriver({ base }) });
const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Names holders as processes would that are not this one. */
async function holders(): Promise<Record<"dead" | "namesake" | "thread" | "elsewhere" | "here", string>> {
  const here = await newHolder();
  const [scope, pid, start, ...random] = here.split("-");
  const name = (...parts: (string | undefined)[]): string => [...parts, ...random].join("-");
  return {
    here,
    dead: name(scope, DEAD_PID, start),
    namesake: name(scope, pid, "00000000"),
    thread: name(scope, pid, "0"),
    elsewhere: name("00000000", pid, start),
  };
}

/** Lets the clock that waiting goes by run a thousand times as fast. */
function hurry(): void {
  const { now } = performance;
  const start = now.call(performance);
  vi.spyOn(performance, "now").mockImplementation(() => start + (now.call(performance) - start) * 1000);
}
afterEach(() => vi.restoreAllMocks());

describe("runExclusive", () => {
  it("lets one in at a time, whoever asks for which of the keys in which order, and leaves nothing", async () => {
    const base = await temporaryDirectory();
    const inside = new Set<string>();
    let passed = 0;
    const wanted = [["a", "b:c"], ["b:c", "a"], ["b:c"], ["a", "d"], ["d", "b/c"], ["a", "a"]];
    await Promise.all(
      wanted.map(async (keys) => {
        const { runExclusive } = instanceOf(base);
        for (let round = 0; round < 20; round++) {
          await runExclusive(keys, async () => {
            const mine = new Set(keys.map((key) => key.replace("/", ":")));
            for (const key of mine) expect(inside.has(key)).toBe(false);
            for (const key of mine) inside.add(key);
            await pause(Math.random());
            for (const key of mine) inside.delete(key);
            passed++;
          });
        }
      }),
    );
    expect(passed).toBe(wanted.length * 20);
    expect(await readdir(base)).toEqual([]);
  });

  it("gives back what the task gives or throws, and the lock either way", async () => {
    const { runExclusive } = instanceOf(await temporaryDirectory());
    await expect(runExclusive(["a"], () => Promise.reject(new Error("of the task")))).rejects.toThrow("of the task");
    expect(await runExclusive(["a"], async () => 1)).toBe(1);
  });

  it("keeps no reader and no list waiting, and is no key", async () => {
    const base = await temporaryDirectory();
    const driver = atomicFsDriver({ base });
    await driver.setItem!("a", "value", {});
    await instanceOf(base).runExclusive(["a"], async () => {
      expect(await temporaryFiles(base)).toHaveLength(1);
      expect(await driver.getItem("a")).toBe("value");
      expect(await driver.getKeys("", {})).toEqual(["a"]);
      expect(await atomicFsDriver({ base }).getKeys("", {})).toEqual(["a"]);
    });
  });

  it.each(["dead", "namesake"] as const)("passes the lock of a %s process on at once", async (holder) => {
    const base = await temporaryDirectory();
    const { runExclusive } = instanceOf(base);
    await runExclusive(["other"], () => pause(0));
    await symlink((await holders())[holder], lockPath(base, "a"));
    // Whoever waited for time to pass would wait for ever.
    vi.spyOn(performance, "now").mockReturnValue(0);
    expect(await runExclusive(["a"], async () => "in")).toBe("in");
    expect(await temporaryFiles(base)).toEqual([]);
  });

  it.each(["elsewhere", "thread"] as const)("waits 10 seconds for a holder %s of whom nobody can tell", async (holder) => {
    const base = await temporaryDirectory();
    const { runExclusive } = instanceOf(base);
    await runExclusive(["other"], () => pause(0));
    await symlink((await holders())[holder], lockPath(base, "a"));
    let entered = false;
    const waiting = runExclusive(["a"], async () => void (entered = true));
    await pause(200);
    expect(entered).toBe(false);
    hurry();
    await waiting;
    expect(await temporaryFiles(base)).toEqual([]);
  });

  it("never takes the lock of a live holder, and gives up in time", async () => {
    const base = await temporaryDirectory();
    const { runExclusive } = instanceOf(base);
    await symlink((await holders()).here, lockPath(base, "a"));
    hurry();
    let entered = false;
    await expect(runExclusive(["b", "a"], async () => void (entered = true))).rejects.toMatchObject({ code: "ETIMEDOUT" });
    expect(entered).toBe(false);
    expect(await temporaryFiles(base)).toHaveLength(1);
  });

  it("passes a lock on once, though many find its holder dead, and claimants before them died too", async () => {
    const base = await temporaryDirectory();
    const path = lockPath(base, "a");
    const { dead } = await holders();
    const claimant = dead.replace(/.$/, (last) => (last === "0" ? "1" : "0"));
    for (let round = 0; round < 20; round++) {
      await symlink(dead, path);
      // One died between its claim to the lock and the lock.
      await expect(tryLock(path, claimant, async () => Promise.reject(new Error("killed")))).rejects.toThrow("killed");
      const taken = await Promise.all(
        Array.from({ length: 8 }, async () => tryLock(path, await newHolder(), async (other) => other.includes(DEAD_PID))),
      );
      expect(taken.filter(Boolean)).toHaveLength(1);
      await rm(path);
    }
  });

  it("leaves a lock to who got it while another, who had found its old holder dead, was held up", async () => {
    const path = lockPath(await temporaryDirectory(), "a");
    const { dead } = await holders();
    await symlink(dead, path);
    const [slow, quick] = [await newHolder(), await newHolder()];
    let goOn = (): void => {};
    const heldUp = new Promise<void>((resolve) => (goOn = resolve));
    const overtaken = tryLock(path, slow, (other) => heldUp.then(() => other === dead));
    expect(await tryLock(path, quick, async (other) => other === dead)).toBe(true);
    goOn();
    expect(await overtaken).toBe(false);
    expect(await holderOf(path)).toBe(quick);
  });

  it("sweeps the locks and claims of the dead on first use, and those alone", async () => {
    const base = await temporaryDirectory();
    const { dead, here } = await holders();
    const [path, alive] = [lockPath(base, "a"), lockPath(base, "b")];
    await symlink(dead, path);
    await symlink(dead, path.replace(".lock", `-${"0".repeat(32)}.lock`));
    await symlink(here, alive);
    await atomicFsDriver({ base }).getKeys("", {});
    expect(await temporaryFiles(base)).toEqual([alive.slice(base.length + 1)]);
  });

  it("refuses what is no key, before it touches the disk", async () => {
    const base = `${await temporaryDirectory()}/never-made`;
    for (const key of ["..", "", "a:..:b"]) {
      await expect(instanceOf(base).runExclusive([key], () => pause(0))).rejects.toMatchObject({ code: "ERR_OPTION_INVALID" });
    }
    await expect(readdir(base)).rejects.toMatchObject({ code: "ENOENT" });
  });
});

describe("a store on files", () => {
  const record = (version: number): StoredRecord => ({
    key: "0".repeat(32),
    version,
    keyId: "key",
    index: { user: "1".repeat(32) },
    body: { random: Math.random() },
  });

  it("adds up the saves of four that share nothing but the folder", async () => {
    const base = await temporaryDirectory();
    await Promise.all(
      [0, 1, 2, 3].map(async (writer) => {
        const store = createUnstorageTokenStore(storageOn(base), { secret: SECRET });
        for (let number = 0; number < 15; number++) {
          await saveAtLast(store, { userName: "ann", clientId: "c", accessToken: `${writer}-${number}` });
        }
      }),
    );
    const store = createUnstorageTokenStore(storageOn(base), { secret: SECRET });
    expect(await store.getTokens()).toEqual([expect.objectContaining({ version: 60 })]);
    expect(await storageOn(base).getKeys("tokens:x")).toHaveLength(3);
    expect(await temporaryFiles(base)).toEqual([]);
  });

  it("writes nothing over a record that another process changed, replaced or deleted", async () => {
    const base = await temporaryDirectory();
    const [first, second] = [new UnstorageBackend(storageOn(base), "tokens"), new UnstorageBackend(storageOn(base), "tokens")];
    const inserted = record(1);
    expect(await first.commit(undefined, inserted)).toBe(true);
    const read = (await second.read(inserted.key))!;
    const updated = record(2);
    expect(await first.commit(await first.read(inserted.key), updated)).toBe(true);
    const before = await readFiles(base);
    expect(await second.commit(undefined, record(1))).toBe(false);
    expect(await second.commit(read, record(2))).toBe(false);
    expect(await second.commit(read, undefined)).toBe(false);
    expect(await readFiles(base)).toEqual(before);
    expect(await first.commit(await first.read(updated.key), undefined)).toBe(true);
    expect(await second.commit(read, record(2))).toBe(false);
    expect(await second.read(updated.key)).toBeUndefined();
  });

  it("says that it is unavailable where a lock is not to be had, and can still be read", async () => {
    const base = await temporaryDirectory();
    const backend = new UnstorageBackend(storageOn(base), "tokens");
    await backend.commit(undefined, record(1));
    const stored = (await backend.read(record(1).key))!;
    await symlink((await holders()).here, lockPath(base, `tokens:r:${stored.key}`));
    hurry();
    await expectCode(backend.commit(stored, record(2)), "ERR_STORE_UNAVAILABLE");
    expect(await backend.read(stored.key)).toMatchObject({ version: 1 });
  });

  it("keeps a repair and the saves of other processes apart", async () => {
    const base = await temporaryDirectory();
    const app = createUnstorageTokenStore(storageOn(base), { secret: SECRET });
    await app.saveToken({ userName: "ann", clientId: "a", refreshToken: "r" });
    // As a crash leaves it between the record and its pointer.
    await rm(`${base}/tokens/x/user`, { recursive: true });
    let saving: Promise<unknown> | undefined;
    const driver = instrumentDriver(atomicFsDriver({ base }), async (call, key) => {
      if (saving || call !== "setItem" || !key.startsWith("tokens:x:user:")) return;
      // The list is read, and not written yet: whoever is let in now adds to it in vain.
      saving = app.saveToken({ userName: "ann", clientId: "b", refreshToken: "s" });
      await Promise.race([saving, pause(500)]);
    });
    const checking = createUnstorageTokenStore(createStorage({ driver }), { secret: SECRET });
    expect(await checkTokens(checking, { repair: true })).toMatchObject({ missing: 1, repaired: 1 });
    await saving;
    expect(await app.findTokens({ userName: "ann" })).toHaveLength(2);
    expect(await temporaryFiles(base)).toEqual([]);
  });

  it("takes no lock for a check that only counts", async () => {
    const base = await temporaryDirectory();
    const store = createUnstorageTokenStore(storageOn(base), { secret: SECRET });
    const { id } = await store.saveToken({ userName: "ann", refreshToken: "r" });
    await rm(`${base}/tokens/x/user`, { recursive: true });
    const [name] = (await readdir(`${base}/tokens/x/refresh`)) as [string];
    await symlink((await holders()).here, lockPath(base, `tokens:x:refresh:${name}`));
    expect(await checkTokens(store)).toMatchObject({ missing: 1, repaired: 0 });
    expect(await store.findTokenById(id)).not.toBeNull();
  });

  it("goes on where somebody removed the folder under it", async () => {
    const base = `${await temporaryDirectory()}/below`;
    const store = createUnstorageTokenStore(storageOn(base), { secret: SECRET });
    await store.saveToken({ refreshToken: "r" });
    await rm(base, { recursive: true });
    await store.saveToken({ refreshToken: "r" });
    expect(await store.getTokens()).toHaveLength(1);
  });
});
