import { median } from "./statistics.ts";
import type { Measurement } from "./comparison.ts";

/** A comparison over several process runs. */
export interface Result {
  readonly name: string;
  readonly against: string;
  readonly bar: number | null;
  /** The median over the runs of each run's ratio of medians; and what the runs spread over. */
  readonly ratio: number;
  readonly lowest: number;
  readonly highest: number;
  /** Medians over the runs, in microseconds. */
  readonly ours: { readonly p50: number; readonly p99: number };
  readonly theirs: { readonly p50: number; readonly p99: number };
}

export function summarize(runs: readonly Measurement[]): Result {
  const [{ name, against, bar }] = runs as [Measurement];
  const ratios = runs.map(({ ratio }) => ratio);
  const middle = (which: "ours" | "theirs", part: "p50" | "p99"): number => round(median(runs.map((run) => run[which][part])));
  return {
    name,
    against,
    bar: bar ?? null,
    ratio: round(median(ratios)),
    lowest: round(Math.min(...ratios)),
    highest: round(Math.max(...ratios)),
    ours: { p50: middle("ours", "p50"), p99: middle("ours", "p99") },
    theirs: { p50: middle("theirs", "p50"), p99: middle("theirs", "p99") },
  };
}

function round(value: number): number {
  return Number(value.toPrecision(3));
}

export function meets({ ratio, bar }: Pick<Result, "ratio" | "bar">): boolean {
  return bar === null || ratio <= bar;
}

export function resultLine({ name, against, bar, ratio, lowest, highest, ours, theirs }: Result): string {
  const verdict = bar === null ? "" : `${meets({ ratio, bar }) ? "✓" : "✗"} bar ${bar}`;
  const times = `${ours.p50} / ${theirs.p50} µs`;
  return (
    `  ${name.padEnd(42)} ${String(ratio).padStart(6)} (${lowest}–${highest})`.padEnd(68) +
    `${verdict.padEnd(12)}${times.padEnd(22)}against ${against}`
  );
}
