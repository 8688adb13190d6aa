import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { atomicFsDriver } from "../../src/backends/unstorage/atomic-fs/index.ts";
import { temporaryDirectory, temporaryFiles } from "../support/temporary-directory.ts";

const PROGRAM = fileURLToPath(new URL("../support/lock-holder-process.ts", import.meta.url));
const LANES = 8;
const PROCESSES_PER_LANE = 12;

it("never has two holders of one lock, however many of them are killed with it in hand", async () => {
  const base = await temporaryDirectory();
  const trace = join(await temporaryDirectory(), "trace");
  const env = { ...process.env, NODE_COMPILE_CACHE: await temporaryDirectory() };
  let killed = 0;
  const lane = async (): Promise<void> => {
    for (let number = 0; number < PROCESSES_PER_LANE; number++) {
      const child = spawn(process.execPath, [PROGRAM, base, trace, "20"], { stdio: "inherit", env });
      const [code, signal] = (await once(child, "close")) as [number | null, string | null];
      if (signal === "SIGKILL") killed++;
      else expect(code).toBe(0);
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));

  let holder: string | undefined;
  let passed = 0;
  let seized = 0;
  for (const [step, pid] of (await readFile(trace, "utf8"))
    .trimEnd()
    .split("\n")
    .map((line) => line.split(" "))) {
    if (step === "out") {
      expect(pid).toBe(holder);
      holder = undefined;
      passed++;
    } else {
      if (holder !== undefined) seized++;
      holder = pid;
    }
  }
  console.log(`file locks: ${passed} times given back, ${killed} holders killed with it in hand`);
  expect(killed).toBeGreaterThan(40);
  // Who came in after another who had not gone out came after one that was killed.
  expect(seized).toBe(holder === undefined ? killed : killed - 1);
  expect(await atomicFsDriver({ base }).getKeys("", {})).toEqual([]);
  expect(await temporaryFiles(base)).toEqual([]);
});
