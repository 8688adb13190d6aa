import { median, percentile } from "./statistics.ts";

/** One call of what is measured; the next one may be about another token. Its `before` is not measured. */
export type Task = (() => Promise<unknown>) | { before(): Promise<unknown>; run(): Promise<unknown> };

/** Two ways to do the same job, in one process on one engine. */
export interface Comparison {
  /** Names it in the results and in bars.ts. */
  readonly id: string;
  /** What we do. */
  readonly name: string;
  /** What it is measured against, and what that one leaves out. */
  readonly against: string;
  readonly ours: Task;
  readonly theirs: Task;
  /** Fills what this one alone needs. */
  readonly prepare?: () => Promise<unknown>;
  /** Calls in a slice; more for quick ones. Default 100. */
  readonly calls?: number;
  /** Rounds that are measured, each a slice of either; default 15. */
  readonly rounds?: number;
}

/** How often a call asked the engine, by the names that the engine has for that. */
export type Operations = Readonly<Record<string, number>>;

/** A group of comparisons that share an engine and what is stored in it. */
export interface Suite {
  readonly comparisons: readonly Comparison[];
  /** What a task asks the engine for. */
  readonly operations?: (task: () => Promise<unknown>) => Promise<Operations>;
  /** What is counted rather than timed, such as bytes and keys; asked for last. */
  readonly counts?: () => Promise<Counts>;
  dispose(): Promise<void>;
}

export type Counts = Readonly<Record<string, number>>;

export interface Timing {
  /** Median of the calls, in microseconds. */
  readonly p50: number;
  readonly p99: number;
}

export interface Measurement {
  readonly id: string;
  readonly name: string;
  readonly against: string;
  /** Median of ours over median of theirs. */
  readonly ratio: number;
  readonly ours: Timing;
  readonly theirs: Timing;
  readonly operations?: Operations;
}

/**
 * Runs slices of both in turn, in shuffled order, so that what the machine does meanwhile falls on either.
 * The first rounds warm up and are not counted.
 */
export async function measure(comparison: Comparison, suite: Pick<Suite, "operations">): Promise<Measurement> {
  const { id, name, against, prepare, ours, theirs, calls = 100, rounds = 15 } = comparison;
  await prepare?.();
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
  const measurement = { id, name, against, ratio: left.p50 / right.p50, ours: left, theirs: right };
  if (!suite.operations) return measurement;
  const { before, run } = partsOf(ours);
  await before?.();
  const operations = await suite.operations(run);
  // Nothing at all: it ran over another connection than the one that is watched.
  return Object.keys(operations).length > 0 ? { ...measurement, operations } : measurement;
}

async function runSlice(task: Task, calls: number): Promise<number[]> {
  const { before, run } = partsOf(task);
  const times: number[] = [];
  for (let call = 0; call < calls; call++) {
    await before?.();
    const start = performance.now();
    await run();
    times.push((performance.now() - start) * 1000);
  }
  return times;
}

function partsOf(task: Task): { before?: () => Promise<unknown>; run: () => Promise<unknown> } {
  return typeof task === "function" ? { run: task } : task;
}

function timing(samples: readonly number[]): Timing {
  return { p50: median(samples), p99: percentile(samples, 0.99) };
}

/** Whether each call is to be measured against the raw driver, which takes a while to fill: where everything is, or the word `work` is said. */
export function wantsWork(words: readonly string[]): boolean {
  return words.length === 0 || words.includes("work");
}

/** The comparisons whose suite, id, name or peer has all these words. */
export function wantedOf(suite: Suite, suiteName: string, words: readonly string[]): Comparison[] {
  return suite.comparisons.filter(({ id, name, against }) => {
    const text = `${suiteName} ${id} ${name} ${against}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
}
