import { afterAll, describe, expect, it } from "vitest";
import { fails, mutants } from "../mutations/matrix.ts";

const all = mutants();
const failures = new Map<string, number>();
const seen = new Set<string>();
afterAll(() => {
  const total = all.length * all[0]!.cases.length;
  const failed = [...failures.values()].reduce((sum, count) => sum + count, 0);
  console.log(`${all.length} broken backends and stores × ${all[0]!.cases.length} cases = ${total}, of which ${failed} fail:`);
  for (const [fault, count] of failures) console.log(`  ${String(count).padStart(4)}  ${fault}`);
  console.log(`${seen.size} of the ${all[0]!.cases.length} cases catch at least one of them.`);
});

describe("of the whole suite", () => {
  it.each(all)("some case catches one that $fault", async ({ fault, cases }) => {
    const results = await Promise.all(cases.map(async (one) => ((await fails(one)) ? [`${one.group}: ${one.name}`] : [])));
    const failed = results.flat();
    failures.set(fault, failed.length);
    for (const name of failed) seen.add(name);
    expect(failed).not.toEqual([]);
  });

  it("every case catches at least one, so that it can fail", () => {
    const names = all[0]!.cases.map(({ group, name }) => `${group}: ${name}`);
    expect(names.filter((name) => !seen.has(name))).toEqual([]);
  });
});
