import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { refreshesPerLife } from "./simulation/isolates.ts";

const file = (path: string): Promise<string> => readFile(fileURLToPath(new URL(`../../${path}`, import.meta.url)), "utf8");

describe("isolates over eventually consistent storage", () => {
  it("refresh once where a save is seen at once", async () => {
    expect(await refreshesPerLife({ isolates: 20, delaySeconds: 0, jitterSeconds: 60, lives: 10, seed: 7 })).toBe(1);
  });

  it("make a few refreshes instead of one each, for the jitter alone", async () => {
    const situation = { isolates: 60, delaySeconds: 60, lives: 8, seed: 7 };
    expect(await refreshesPerLife({ ...situation, jitterSeconds: 0 })).toBeGreaterThan(50);
    expect(await refreshesPerLife({ ...situation, jitterSeconds: 60 })).toBeLessThan(6);
  });

  it("refresh once with a lock that they share, though its next holder still sees the old token", async () => {
    expect(await refreshesPerLife({ isolates: 30, delaySeconds: 60, jitterSeconds: 60, lives: 8, seed: 7, sharedLock: true })).toBe(1);
  });

  it("are told of in docs/workers.md with the numbers of the plot", async () => {
    const [page, plot] = [await file("docs/workers.md"), await file("docs/best-effort.svg")];
    const rows = Array.from(page.matchAll(/^\| (\d+) isolates? +\| +([\d.]+) +\| +([\d.]+) +\| +([\d.]+) +\|$/gm));
    expect(rows.length).toBeGreaterThanOrEqual(3);
    for (const [, isolates, none, half, whole] of rows) {
      expect(plot).toContain(`<title>${isolates} isolates, 0 s: ${none}<`);
      expect(plot).toContain(`<title>${isolates} isolates, 30 s: ${half}<`);
      expect(plot).toContain(`<title>${isolates} isolates, 60 s: ${whole}<`);
    }
  });
});
