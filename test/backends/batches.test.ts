import { describe, expect, it } from "vitest";
import { Batches } from "../../src/backends/indexeddb/batches.ts";
import type { BatchOptions } from "../../src/backends/indexeddb/batches.ts";

/** Batches that run one turn of the event loop each, and what was run in them. */
function recorded(options: BatchOptions<number> = {}, fails: (tasks: readonly number[]) => boolean = () => false) {
  const runs: number[][] = [];
  const batches = new Batches<number, string>(async (tasks) => {
    runs.push([...tasks]);
    await new Promise((resolve) => setTimeout(resolve));
    if (fails(tasks)) throw new Error(`failed: ${tasks.join()}`);
    return tasks.map((task) => `result ${task}`);
  }, options);
  return { runs, batches };
}

describe("batches", () => {
  it("run what is asked for in one turn together, and what comes meanwhile together after it", async () => {
    const { runs, batches } = recorded();
    const first = [1, 2].map((task) => batches.add(task));
    await new Promise((resolve) => setTimeout(resolve));
    const second = [3, 4, 5].map((task) => batches.add(task));
    expect(await Promise.all([...first, ...second])).toEqual([1, 2, 3, 4, 5].map((task) => `result ${task}`));
    expect(await batches.add(6)).toBe("result 6");
    expect(runs).toEqual([[1, 2], [3, 4, 5], [6]]);
  });

  it("keep apart what must not share one, and leave nothing waiting", async () => {
    const selector = (): ((task: number) => boolean) => {
      const seen = new Set<number>();
      return (task) => !seen.has(task % 10) && Boolean(seen.add(task % 10));
    };
    const { runs, batches } = recorded({ selector });
    await Promise.all([1, 11, 2, 21, 12, 3].map((task) => batches.add(task)));
    expect(runs).toEqual([[1, 2, 3], [11, 12], [21]]);
  });

  it("fail together, and later ones run all the same", async () => {
    const { runs, batches } = recorded({}, (tasks) => tasks.includes(2));
    const results = await Promise.allSettled([1, 2].map((task) => batches.add(task)));
    expect(results.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    expect(await batches.add(3)).toBe("result 3");
    expect(runs).toEqual([[1, 2], [3]]);
  });

  it("are run again one by one where one task may be at fault", async () => {
    const { runs, batches } = recorded({ isOneTasksFault: () => true }, (tasks) => tasks.includes(2));
    const results = await Promise.allSettled([1, 2, 3].map((task) => batches.add(task)));
    expect(results.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
    expect(runs).toEqual([[1, 2, 3], [1], [2], [3]]);
  });
});
