import type { Reporter, TestModule } from "vitest/node";
import { missingEngines } from "./engines.ts";

type Count = Record<"passed" | "failed" | "skipped" | "pending", number>;

const CONFORMANCE = /^conformance on ([^>]+) > /;

/** Ends a run with the conformance suite counted once per engine, and one line for the whole. */
export default class SummaryReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const total = zero();
    const engines = new Map<string, Count>();
    for (const test of modules.flatMap((module) => [...module.children.allTests()])) {
      const { state } = test.result();
      total[state]++;
      const engine = CONFORMANCE.exec(test.fullName)?.[1];
      if (engine === undefined) continue;
      const count = engines.get(engine) ?? zero();
      engines.set(engine, count);
      count[state]++;
    }
    const width = Math.max(0, ...[...engines.keys()].map(({ length }) => length));
    console.log("\nThe conformance suite, once per engine:");
    for (const [engine, count] of engines) console.log(`  ${engine.padEnd(width)}  ${line(count)}`);
    for (const { name, suites, hint } of missingEngines()) console.log(`  left out for want of ${name} (${hint}): ${suites}`);
    console.log(`\n${line(total)}`);
  }
}

function zero(): Count {
  return { passed: 0, failed: 0, skipped: 0, pending: 0 };
}

function line({ passed, failed, skipped }: Count): string {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}
