import { execFileSync } from "node:child_process";
import { lstat, mkdir, readdir, readFile, readlink, rename, stat, symlink, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createStorage } from "unstorage";
import fsDriver from "unstorage/drivers/fs";
import { describe, expect, it, vi } from "vitest";
import { atomicFsDriver } from "../../src/backends/unstorage/atomic-fs/index.ts";
import { temporaryDirectory, temporaryFiles } from "../support/temporary-directory.ts";

for (const blockingReads of [true, false])
  describe(`atomicFsDriver with blockingReads: ${blockingReads}`, () => {
    const driverOn = (base: string) => {
      const { getItem, setItem, getKeys, removeItem, getMeta } = atomicFsDriver({ base, blockingReads });
      return {
        get: (key: string) => getItem(key, {}),
        set: (key: string, value: string, ttl?: number) => setItem!(key, value, ttl === undefined ? {} : { ttl }),
        keys: (base_ = "") => getKeys(base_, {}),
        remove: (key: string) => removeItem!(key, {}),
        meta: (key: string) => getMeta!(key, {}),
      };
    };

    it("gives files to their owner alone", async () => {
      const base = join(await temporaryDirectory(), "made", "here");
      await driverOn(base).set("a:b:c", "value");
      expect((await stat(join(base, "a/b/c"))).mode & 0o777).toBe(0o600);
      for (const directory of ["", "a", "a/b"]) expect((await stat(join(base, directory))).mode & 0o777).toBe(0o700);
    });

    it("reads the files of unstorage's own driver, and writes files that it reads", async () => {
      const base = await temporaryDirectory();
      await createStorage({ driver: fsDriver({ base }) }).setItem("a:b", { from: "fs" });
      expect(await driverOn(base).get("a:b")).toBe('{"from":"fs"}');
      await driverOn(base).set("a:c", '{"from":"atomic"}');
      expect(await createStorage({ driver: fsDriver({ base }) }).getItem("a:c")).toEqual({ from: "atomic" });
    });

    // Deno's pool may answer within such a turn.
    it.runIf(blockingReads || !("Deno" in globalThis))(
      `${blockingReads ? "reads on this thread" : "leaves it to the thread pool to read"} what there is and what there is not`,
      async () => {
        const driver = driverOn(await temporaryDirectory());
        await driver.set("a:b", "value");
        await driver.get("a:b");
        const read: unknown[] = [];
        for (const key of ["a:b", "a:missing"]) void (async () => read.push(await driver.get(key)))();
        // Turns of promises alone, in which the thread pool can't answer.
        for (let turn = 0; turn < 50; turn++) await Promise.resolve();
        expect(read).toEqual(blockingReads ? ["value", null] : []);
      },
    );

    it("lets others have their turn while much is read", async () => {
      const driver = driverOn(await temporaryDirectory());
      await driver.set("a:b", "value");
      await driver.get("a:b");
      let turned = 0;
      setImmediate(() => turned++);
      for (let count = 0; count < 200; count++) await driver.get("a:b");
      expect(turned).toBe(1);
    });

    it("keeps apart what is read at once", async () => {
      const driver = driverOn(await temporaryDirectory());
      const values = Array.from({ length: 20 }, (_, number) => String(number).repeat(100));
      for (const [number, value] of values.entries()) await driver.set(`a:${number}`, value);
      expect(await Promise.all(values.map((_, number) => driver.get(`a:${number}`)))).toEqual(values);
    });

    it("takes null for what is missing, and nothing else", async () => {
      const base = await temporaryDirectory();
      const driver = driverOn(base);
      await driver.set("a:b", "value");
      expect(await driver.get("missing")).toBeNull();
      expect(await driver.get("a:missing")).toBeNull();
      await expect(driver.get("a")).rejects.toMatchObject({ code: "EISDIR" });
      await expect(driver.get("a:b:c")).rejects.toMatchObject({ code: "ENOTDIR" });
      await expect(driver.set("a:b:c", "x")).rejects.toMatchObject({ code: expect.stringMatching(/ENOTDIR|EEXIST/) });
      await driver.remove("missing");
    });

    it("refuses a symbolic link, for a file and for a directory on the way", async () => {
      const [base, outside] = [await temporaryDirectory(), await temporaryDirectory()];
      await writeFile(join(outside, "secret"), "outside");
      await symlink(join(outside, "secret"), join(base, "file"));
      await symlink(outside, join(base, "directory"));
      const driver = driverOn(base);
      for (const key of ["file", "directory:secret", "directory:new"]) {
        await expect(driver.get(key)).rejects.toMatchObject({ code: "ELOOP" });
        await expect(driver.set(key, "x")).rejects.toMatchObject({ code: "ELOOP" });
        await expect(driver.remove(key)).rejects.toMatchObject({ code: "ELOOP" });
      }
      expect(await driver.keys()).toEqual([]);
      expect(await readFile(join(outside, "secret"), "utf8")).toBe("outside");
    });

    it("refuses a directory that became a symbolic link after it was read from", async () => {
      const base = await temporaryDirectory();
      const driver = driverOn(base);
      await driver.set("a:b", "value");
      expect([await driver.get("a:b"), await driver.get("a:b")]).toEqual(["value", "value"]);
      const elsewhere = join(await temporaryDirectory(), "moved");
      await rename(join(base, "a"), elsewhere);
      await symlink(elsewhere, join(base, "a"));
      await expect(driver.get("a:b")).rejects.toMatchObject({ code: "ELOOP" });
      await expect(driver.get("a:missing")).rejects.toMatchObject({ code: "ELOOP" });
    });

    it("follows a base that is a symbolic link, also when it comes to lead elsewhere", async () => {
      const [one, other, links] = [await temporaryDirectory(), await temporaryDirectory(), await temporaryDirectory()];
      await driverOn(one).set("a:b", "one");
      await driverOn(other).set("a:b", "other");
      const base = join(links, "base");
      await symlink(one, base);
      const driver = driverOn(base);
      expect([await driver.get("a:b"), await driver.get("a:b")]).toEqual(["one", "one"]);
      await symlink(other, join(links, "next"));
      await rename(join(links, "next"), base);
      expect([await driver.get("a:b"), await driver.get("a:b")]).toEqual(["other", "other"]);
    });

    it.runIf(process.platform !== "win32")("refuses a FIFO, and does not wait for who writes to it", async () => {
      const base = await temporaryDirectory();
      execFileSync("mkfifo", [join(base, "fifo")]);
      await expect(driverOn(base).get("fifo")).rejects.toMatchObject({ code: "EINVAL" });
    });

    it.each([0, 1, 4095, 4096, 4097, 12_288, 12_289, 16_383, 16_384, 16_385, 1_000_000])(
      "reads a value of %d bytes whole",
      async (bytes) => {
        const driver = driverOn(await temporaryDirectory());
        const value = Array.from({ length: bytes }, (_, at) => at % 10).join("");
        await driver.set("key", value);
        expect(await driver.get("key")).toBe(value);
        expect(await driver.meta("key")).toMatchObject({ size: bytes, mtime: expect.any(Date) });
      },
    );

    it.runIf(process.platform === "linux")("keeps no file open that it has read or refused", async () => {
      const base = await temporaryDirectory();
      const driver = driverOn(base);
      await driver.set("a:b", "value");
      for (let round = 0; round < 50; round++) {
        await driver.get("a:b");
        await expect(driver.get("a")).rejects.toMatchObject({ code: "EISDIR" });
      }
      const open = async (): Promise<string[]> => {
        const files = await readdir("/proc/self/fd");
        const paths = await Promise.all(files.map((file) => readlink(join("/proc/self/fd", file)).catch(() => "")));
        return paths.filter((path) => path.startsWith(base));
      };
      await expect.poll(open).toEqual([]);
    });

    it.each(["..", "a:..:b", "a:.", "", "a::b", "a\0b", "x".repeat(256), "\ud800", ".atomic-fs-x"])(
      "refuses the key %j before it touches the disk",
      async (key) => {
        const base = join(await temporaryDirectory(), "never-made");
        await expect(driverOn(base).set(key, "x")).rejects.toMatchObject({ code: "ERR_OPTION_INVALID" });
        await expect(driverOn(base).get(key)).rejects.toMatchObject({ code: "ERR_OPTION_INVALID" });
        await expect(lstat(base)).rejects.toMatchObject({ code: "ENOENT" });
      },
    );

    it("lets a value go when its ttl is over, and keeps one without", async () => {
      const base = await temporaryDirectory();
      const driver = driverOn(base);
      const now = vi.spyOn(Date, "now").mockReturnValue(1_000_000);
      await driver.set("short", "value", 2);
      await driver.set("long", "value");
      await driver.set("\u0001", "\0looks like a header");
      expect(await driver.get("short")).toBe("value");
      expect(await driver.meta("short")).toMatchObject({ ttl: 2, size: 5 });
      now.mockReturnValue(1_002_000);
      expect(await driver.get("short")).toBeNull();
      expect((await driver.keys()).sort()).toEqual(["\u0001", "long"]);
      expect(await driver.get("\u0001")).toBe("\0looks like a header");
      now.mockRestore();
      for (const ttl of [0, -1, Number.NaN, "1" as never])
        await expect(driver.set("a", "x", ttl)).rejects.toMatchObject({ code: "ERR_OPTION_INVALID" });
    });

    it("sweeps what dead writers left, and leaves what is being written", async () => {
      const base = await temporaryDirectory();
      await driverOn(base).set("a", "value");
      const name = (age: string): string => join(base, `.atomic-fs-00000000-1-00000000-0000-0000-0000-${age.padStart(12, "0")}.tmp`);
      await writeFile(name("1"), "old");
      await utimes(name("1"), new Date(0), new Date(0));
      await writeFile(name("2"), "young");
      expect(await driverOn(base).keys()).toEqual(["a"]);
      expect(await temporaryFiles(base)).toEqual([name("2").slice(base.length + 1)]);
    });

    it("lists only below the base asked for, and nothing of others", async () => {
      const base = await temporaryDirectory();
      const driver = driverOn(base);
      await Promise.all(["a", "b:c", "b:d:e", "bc:d"].map((key) => driver.set(key, "x")));
      await mkdir(join(base, "empty"));
      expect((await driver.keys()).sort()).toEqual(["a", "b:c", "b:d:e", "bc:d"]);
      expect((await driver.keys("b:")).sort()).toEqual(["b:c", "b:d:e"]);
      expect(await driverOn(join(base, "missing")).keys()).toEqual([]);
    });

    it("writes one key in the order of its calls", async () => {
      const driver = driverOn(await temporaryDirectory());
      await Promise.all(Array.from({ length: 50 }, (_, number) => driver.set("key", String(number))));
      expect(await driver.get("key")).toBe("49");
    });

    it.each([{}, { base: "" }, { base: 1 }, { base: "a\0" }, { base: "a", other: 1 }, { base: "a", blockingReads: 1 }, undefined])(
      "refuses the options %j",
      (options) => {
        expect(() => atomicFsDriver(options as never)).toThrow(expect.objectContaining({ code: "ERR_OPTION_INVALID" }));
      },
    );
  });
