import { describe, expect, it } from "vitest";
import { BARS, judge } from "../bench/bars.ts";
import type { Bar } from "../bench/bars.ts";
import { measure } from "../bench/lib/comparison.ts";
import { summarize } from "../bench/lib/report.ts";
import { spreadLabels } from "./support/svg.ts";

describe("the benchmark", () => {
  it("measures slices of both in turn, in either order, and leaves the warm-up and what comes before a call out", async () => {
    const order: string[] = [];
    const task = (who: string) => ({
      before: async () => void order.push(`before ${who}`),
      run: async () => void order.push(who),
    });
    const [rounds, calls] = [40, 3];
    const comparison = { id: "id", name: "ours", against: "theirs", ours: task("a"), theirs: task("b"), rounds, calls };
    const operations = async (counted: () => Promise<unknown>): Promise<{ read: number }> => (await counted(), { read: 2 });
    const measured = await measure(comparison, { operations });
    expect(measured).toMatchObject({ id: "id", operations: { read: 2 } });
    expect(measured.ratio).toBeCloseTo(measured.ours.p50 / measured.theirs.p50);
    // The last call was counted.
    expect(order.splice(-2)).toEqual(["before a", "a"]);
    expect(order.filter((_, place) => place % 2 === 0).every((one) => one.startsWith("before"))).toBe(true);
    const slices = order.filter((one) => !one.startsWith("before")).flatMap((one, place) => (place % calls === 0 ? [one] : []));
    const pairs = slices.flatMap((one, place) => (place % 2 === 0 ? [one + slices[place + 1]!] : []));
    expect(pairs).toHaveLength(rounds + rounds / 5);
    expect(new Set(pairs)).toEqual(new Set(["ab", "ba"]));
  });

  it("takes the median over the process runs, and tells what they spread over", () => {
    const run = (ratio: number) => ({
      id: "id",
      name: "ours",
      against: "theirs",
      ratio,
      ours: { p50: ratio, p99: 9 },
      theirs: { p50: 1, p99: 9 },
    });
    expect(summarize([run(3), run(1), run(1.5)])).toMatchObject({ ratio: 1.5, lowest: 1, highest: 3, ours: { p50: 1.5 } });
  });

  it("judges a bar by the result that is furthest off, and calls none met that was not measured", () => {
    const measured = new Map<string, number>();
    const judged = (wanted: (bar: Bar) => boolean): object => judge((suite, id) => measured.get(`${suite} ${id}`))[BARS.findIndex(wanted)]!;
    const several = (bar: Bar): boolean => bar.ids.length === 2 && bar.direction === "at most";
    const { suite, ids, value } = BARS.find(several)!;
    expect(judged(several)).toMatchObject({ measured: null, met: false, off: null });
    measured.set(`${suite} ${ids[0]}`, value / 2);
    expect(judged(several)).toMatchObject({ measured: null, met: false });
    measured.set(`${suite} ${ids[1]}`, value);
    expect(judged(several)).toMatchObject({ measured: value, met: true, off: 0 });
    measured.set(`${suite} ${ids[1]}`, value * 1.5);
    expect(judged(several)).toMatchObject({ measured: value * 1.5, met: false, off: 0.5 });

    const exact = (bar: Bar): boolean => bar.direction === "exactly" && bar.value === 1;
    const { suite: counted, ids: calls } = BARS.find(exact)!;
    for (const [count, met] of [[1, true] as const, [0, false] as const, [2, false] as const]) {
      measured.set(`${counted} ${calls[0]}`, count);
      expect(judged(exact)).toMatchObject({ measured: count, met });
    }
  });

  it("moves labels apart that would cover each other, in the order of their lines, and no others", () => {
    expect(spreadLabels([100, 50])).toEqual([100, 50]);
    const placed = spreadLabels([101, 100, 200]);
    expect(placed[0]! - placed[1]!).toBe(13);
    expect((placed[0]! + placed[1]!) / 2).toBe(100.5);
    expect(placed[2]).toBe(200);
  });
});
