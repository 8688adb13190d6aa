import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { atomicFsDriver } from "../../src/backends/unstorage/atomic-fs/index.ts";
import { SECRET } from "../conformance/unstorage-fixture.ts";
import { CLI, runCli, startCli } from "../support/cli-process.ts";
import { fillStore } from "../support/fill-store.ts";

const TOKENS = 500;
/** As lines of JSON many times what a pipe holds: where a reader stops, most of them are still to come. */
const SCOPE = "s".repeat(5000);
const env = { TOKEN_SECRET: SECRET };

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "ets-cli-process-"));
  const tokens = Array.from({ length: TOKENS }, (_, index) => ({
    id: `${index}`,
    userName: `user-${index}`,
    scope: SCOPE,
    refreshToken: `r-${index}`,
  }));
  await fillStore(atomicFsDriver({ base: join(directory, "tokens") }), tokens);
});
afterAll(() => rm(directory, { recursive: true, force: true }));

describe("as a process", () => {
  it("writes results to stdout alone, and ends with its exit code", async () => {
    const list = await runCli(["list", "./tokens", "--json"], { cwd: directory, env });
    expect(list).toMatchObject({ code: 0, err: "" });
    expect(list.out.trimEnd().split("\n")).toHaveLength(TOKENS);
    expect(await runCli(["show", "./tokens", "nobody"], { cwd: directory, env })).toMatchObject({ code: 4, out: "" });
    expect(await runCli(["list", "./tokns"], { cwd: directory, env })).toMatchObject({ code: 1, err: "There is no store at ./tokns.\n" });
    await expect(stat(join(directory, "tokns"))).rejects.toThrow("ENOENT");
  });

  it("takes a token to find from stdin", async () => {
    const found = await runCli(["find", "./tokens", "--refresh-token", "-"], { cwd: directory, env, input: "r-7\nanother line" });
    expect(found).toMatchObject({ code: 0, err: "", out: expect.stringContaining("user-7 ") });
  });

  it("ends quietly when the reader of its list has enough, as head has", async () => {
    const child = startCli(["list", "./tokens", "--json"], { cwd: directory, env });
    const closed = once(child, "close");
    const err = text(child.stderr);
    await once(child.stdout, "data");
    child.stdout.destroy();
    expect([await closed, await err]).toEqual([[0, null], ""]);
  });

  it.skipIf(!existsSync("/dev/full"))("says so where its results can't be written", async () => {
    const child = spawn("sh", ["-c", '"$@" > /dev/full', "sh", ...CLI, "list", "./tokens"], {
      cwd: directory,
      env: { PATH: process.env["PATH"], ...env },
    });
    const closed = once(child, "close");
    expect(await text(child.stderr)).toBe("The results can't be written: ENOSPC.\n");
    expect(await closed).toEqual([1, null]);
  });

  it.each(["SIGINT", "SIGTERM"] as const)("ends with 130 at %s, in the middle of a list", async (signal) => {
    const child = startCli(["list", "./tokens", "--json"], { cwd: directory, env });
    const [closed, told] = [once(child, "close"), text(child.stderr)];
    // The first lines are there; the rest waits for a reader, which goes on only after the signal.
    await once(child.stdout, "readable");
    child.kill(signal);
    const listed = text(child.stdout);
    expect(await closed).toEqual([130, null]);
    expect(await told).toBe("Interrupted. What was done stays done; run it again to go on.\n");
    expect((await listed).split("\n").length).toBeLessThan(TOKENS);
  });
});
