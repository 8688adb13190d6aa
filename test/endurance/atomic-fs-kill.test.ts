import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { atomicFsDriver } from "../../src/backends/unstorage/atomic-fs/index.ts";
import { temporaryDirectory, temporaryFiles } from "../support/temporary-directory.ts";
import { KEYS, numberOf } from "../support/whole-value.ts";

const WRITER = fileURLToPath(new URL("../support/atomic-fs-writer.ts", import.meta.url));
const LANES = 4;
const KILLS_PER_LANE = 52;
const LATEST_KILL_MS = 40;

interface Counts {
  kills: number;
  acknowledged: number;
  lost: number;
  torn: number;
  orphans: number;
}

/** The numbers that the writer acknowledged, until it was killed at a random moment after the first. */
async function writeUntilKilled(base: string, first: number, cache: string): Promise<number[]> {
  const child = spawn(process.execPath, [WRITER, base, String(first), "Infinity"], {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, NODE_COMPILE_CACHE: cache },
  });
  let output = "";
  child.stdout.on("data", (data: Buffer) => (output += data.toString()));
  await Promise.race([once(child.stdout, "data"), once(child, "exit")]);
  const timer = setTimeout(() => child.kill("SIGKILL"), Math.random() * LATEST_KILL_MS);
  const [, signal] = (await once(child, "close")) as [number | null, string | null];
  clearTimeout(timer);
  expect(signal).toBe("SIGKILL");
  // A last line without its end was cut off, not acknowledged.
  return output.split("\n").slice(0, -1).map(Number);
}

async function killAgainAndAgain(base: string, cache: string, counts: Counts): Promise<void> {
  const latest = new Map<string, number>();
  let next = 0;
  for (let round = 0; round < KILLS_PER_LANE; round++) {
    const acknowledged = await writeUntilKilled(base, next, cache);
    counts.kills++;
    counts.acknowledged += acknowledged.length;
    for (const number of acknowledged) latest.set(KEYS[number % KEYS.length]!, number);
    next = (acknowledged.at(-1) ?? next) + 2;
    counts.orphans += (await temporaryFiles(base)).length;
    const driver = atomicFsDriver({ base });
    for (const [key, expected] of latest) {
      try {
        // The write under way when it was killed may have come through.
        const found = numberOf(await driver.getItem(key));
        if (found < expected || found >= next) counts.lost++;
      } catch {
        counts.torn++;
      }
    }
    expect(await temporaryFiles(base)).toEqual([]);
    expect((await driver.getKeys("", {})).filter((key) => !KEYS.includes(key as never))).toEqual([]);
  }
}

it("keeps every acknowledged value whole through a kill at any moment, and clears up after it", async () => {
  const counts: Counts = { kills: 0, acknowledged: 0, lost: 0, torn: 0, orphans: 0 };
  const cache = await temporaryDirectory();
  const bases = await Promise.all(Array.from({ length: LANES }, temporaryDirectory));
  await Promise.all(bases.map((base) => killAgainAndAgain(base, cache, counts)));
  console.log(
    `atomicFsDriver: ${counts.kills} kills, ${counts.acknowledged} acknowledged writes, ${counts.lost} lost, ${counts.torn} torn, ` +
      `${counts.orphans} temporary files left behind and all swept`,
  );
  expect(counts).toMatchObject({ kills: LANES * KILLS_PER_LANE, lost: 0, torn: 0 });
  expect(counts.orphans).toBeGreaterThan(0);
});
