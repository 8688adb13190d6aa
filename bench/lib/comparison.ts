import { median, percentile } from "./statistics.ts";

/** One call of what is measured. The next one may be about another token. */
export type Task = () => Promise<unknown>;

/** Two ways to do the same job, in one process on one engine. */
export interface Comparison {
  /** What we do. */
  readonly name: string;
  /** What it is measured against, and what that one leaves out. */
  readonly against: string;
  /** The ratio that is wanted at most; undefined where it is only told. */
  readonly bar?: number;
  readonly ours: Task;
  readonly theirs: Task;
  /** Calls in a slice; more for quick ones. Default 100. */
  readonly calls?: number;
  /** Rounds that are measured, each a slice of either; default 15. */
  readonly rounds?: number;
}

/** A group of comparisons that share an engine and what is stored in it. */
export interface Suite {
  readonly comparisons: readonly Comparison[];
  /** What was counted rather than timed: operations a call, bytes, keys. */
  readonly counts?: Readonly<Record<string, number | string>>;
  dispose(): Promise<void>;
}

export interface Timing {
  /** Median of the calls, in microseconds. */
  readonly p50: number;
  readonly p99: number;
}

export interface Measurement {
  readonly name: string;
  readonly against: string;
  readonly bar: number | undefined;
  /** Median of ours over median of theirs. */
  readonly ratio: number;
  readonly ours: Timing;
  readonly theirs: Timing;
}

/**
 * Runs slices of both in turn, in shuffled order, so that what the machine does meanwhile falls on either.
 * The first rounds warm up and are not counted.
 */
export async function measure(comparison: Comparison): Promise<Measurement> {
  const { name, against, bar, ours, theirs, calls = 100, rounds = 15 } = comparison;
  const samples = { ours: [] as number[], theirs: [] as number[] };
  const contestants = [
    ["ours", ours],
    ["theirs", theirs],
  ] as const;
  const warmUps = Math.ceil(rounds / 5);
  for (let round = -warmUps; round < rounds; round++) {
    const order = Math.random() < 0.5 ? contestants : contestants.toReversed();
    for (const [which, task] of order) {
      const slice = await runSlice(task, calls);
      if (round >= 0) samples[which].push(...slice);
    }
  }
  const [left, right] = [timing(samples.ours), timing(samples.theirs)];
  return { name, against, bar, ratio: left.p50 / right.p50, ours: left, theirs: right };
}

async function runSlice(task: Task, calls: number): Promise<number[]> {
  const times: number[] = [];
  for (let call = 0; call < calls; call++) {
    const start = performance.now();
    await task();
    times.push((performance.now() - start) * 1000);
  }
  return times;
}

function timing(samples: readonly number[]): Timing {
  return { p50: median(samples), p99: percentile(samples, 0.99) };
}
