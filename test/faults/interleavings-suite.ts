import { afterAll, beforeAll, it, vi } from "vitest";
import { seededRandom } from "../../src/testing/index.ts";
import { AllSchedules, randomSchedule } from "../support/interleaved-clients.ts";
import type { Under } from "../support/interleaved-clients.ts";
import { Interleavings } from "../support/interleavings.ts";
import { INSERT_ANN, INSERT_EVE, operationsOn, prepareStart } from "../support/racing-operations.ts";
import type { Operation, Start, TargetName } from "../support/racing-operations.ts";

export interface InterleavingCounts {
  /** Random schedules of each pair. */
  readonly perPair: number;
  /** Random choices of three clients' operations, and random schedules of each. */
  readonly threes: { readonly choices: number; readonly schedules: number };
  /** Whether the pairs whose order matters most also run in every schedule there is. */
  readonly exhaustive: boolean;
  /** What lies under each client's driver; default no client. */
  readonly under?: Under;
}

/** Schedules between two looks from outside, and the steps that most schedules have. */
const OBSERVE_EVERY = 8;
const STEPS = 16;

/** Clients on a storage that can't compare before it writes, each as a process of its own. */
export function interleavingsSuite({ perPair, threes, exhaustive, under }: InterleavingCounts): void {
  const random = seededRandom(20_261_124);
  let start: Start;
  let schedules = 0;
  let outcomes = 0;

  beforeAll(async () => {
    // The pause before a retry lets others go ahead, and here the schedule decides who does.
    vi.stubGlobal("setTimeout", (callback: () => void) => queueMicrotask(callback));
    start = await prepareStart();
  });
  afterAll(() => {
    vi.unstubAllGlobals();
    console.log(`interleavings with ${under ?? "no client"}: ${schedules} schedules, ${outcomes} different outcomes`);
  });

  const on = (name: TargetName): Operation[] => operationsOn(start.tokens[name]);
  const changes = (name: TargetName): Operation[] => on(name).slice(0, 4);
  const observeAt = (count: number): number | undefined => (count % OBSERVE_EVERY === 0 ? Math.floor(random() * STEPS) : undefined);

  async function runRandom(operations: readonly Operation[], count: number): Promise<void> {
    const race = new Interleavings(start, operations, under);
    while (race.count < count) await race.run(randomSchedule(random), observeAt(race.count));
    schedules += race.count;
    outcomes += race.outcomes;
  }

  it.each<TargetName>(["derived", "own id", "renamed"])("two clients at one record (%s)", async (name) => {
    for (const pair of pairs(on(name))) await runRandom(pair, perPair);
  });

  it("two clients at two records of one user", async () => {
    for (const one of changes("derived")) for (const other of changes("sibling")) await runRandom([one, other], perPair);
  });

  it("two clients that insert, and one that inserts beside another's change", async () => {
    for (const pair of pairs([INSERT_EVE, INSERT_ANN])) await runRandom(pair, perPair);
    for (const operation of [...on("derived"), ...changes("renamed")]) await runRandom([INSERT_ANN, operation], perPair);
  });

  it("three clients", async () => {
    const pool = [...on("derived"), ...on("own id"), ...on("renamed")];
    for (let choice = 0; choice < threes.choices; choice++) {
      // Two at one record, so that something is raced for, and a third anywhere.
      const target = on((["derived", "own id", "renamed"] as const)[choice % 3]!);
      const three = [target, target, [...pool, ...changes("sibling"), INSERT_ANN, INSERT_EVE]].map(
        (from) => from[Math.floor(random() * from.length)]!,
      );
      await runRandom(three, threes.schedules);
    }
  });

  if (!exhaustive) return;
  it.each<[TargetName, string, string]>([
    ["derived", "refresh", "refresh"],
    ["own id", "change the client", "change the client"],
    ["renamed", "delete", "delete"],
  ])("two clients at one record (%s), %s and %s, in every order", async (name, ...names) => {
    const race = new Interleavings(
      start,
      names.map((wanted) => on(name).find((operation) => operation.name === wanted)!),
      under,
    );
    const all = new AllSchedules();
    while (all.next()) await race.run(all.choose, observeAt(race.count));
    console.log(`${names.join(" and ")} (${name}): all ${race.count} schedules`);
    schedules += race.count;
    outcomes += race.outcomes;
  });
}

/** Every pair of two, and each with itself. */
function pairs<Item>(items: readonly Item[]): [Item, Item][] {
  return items.flatMap((one, position) => items.slice(position).map((other): [Item, Item] => [one, other]));
}
