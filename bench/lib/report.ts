import { median } from "./statistics.ts";
import type { Measurement, Operations, Timing } from "./comparison.ts";

/** A comparison over several process runs. */
export interface Result {
  readonly id: string;
  readonly name: string;
  readonly against: string;
  /** The median over the runs of each run's ratio of medians; and what the runs spread over. */
  readonly ratio: number;
  readonly lowest: number;
  readonly highest: number;
  /** Medians over the runs, in microseconds. */
  readonly ours: Timing;
  readonly theirs: Timing;
  /** What one call of ours asks the engine for. */
  readonly operations?: Operations;
}

export function summarize(runs: readonly Measurement[]): Result {
  const [{ id, name, against, operations }] = runs as [Measurement];
  const ratios = runs.map(({ ratio }) => ratio);
  const middle = (which: "ours" | "theirs", part: "p50" | "p99"): number => round(median(runs.map((run) => run[which][part])));
  return {
    id,
    name,
    against,
    ratio: round(median(ratios)),
    lowest: round(Math.min(...ratios)),
    highest: round(Math.max(...ratios)),
    ours: { p50: middle("ours", "p50"), p99: middle("ours", "p99") },
    theirs: { p50: middle("theirs", "p50"), p99: middle("theirs", "p99") },
    ...(operations ? { operations } : {}),
  };
}

function round(value: number): number {
  return Number(value.toPrecision(3));
}

export function resultLine({ name, against, ratio, lowest, highest, ours, theirs, operations }: Result): string {
  const times = `${ours.p50} / ${theirs.p50} µs`;
  return (
    `  ${name.padEnd(44)} ${String(ratio).padStart(6)} (${lowest}–${highest})`.padEnd(74) +
    `${times.padEnd(22)}${(operations ? operationsText(operations) : "").padEnd(26)}against ${against}`
  );
}

/** `2 get + evalsha`: one is not said. */
export function operationsText(operations: Operations): string {
  const parts = Object.entries(operations).map(([operation, count]) => (count === 1 ? operation : `${count} ${operation}`));
  return parts.join(" + ") || "none";
}
