import { tokenStoreSuite } from "../../src/testing/index.ts";
import { unstorageFixture } from "../conformance/unstorage-fixture.ts";
import { dumpDriver } from "./place.ts";
import type { StartedEngine } from "./place.ts";
import type { CaseResult, Gap, RunEvent } from "./results.ts";

/** The whole suite, a case at a time. */
export async function runConformance(
  engine: StartedEngine,
  gaps: readonly Gap[],
  { nested }: { nested: boolean },
  report: (event: RunEvent) => void,
): Promise<void> {
  const cases = tokenStoreSuite(async () => {
    const place = await engine.create();
    const driver = place.driver();
    const { hashTag = false, keys } = place;
    const fixture = unstorageFixture(driver, async () => (place.dump ? place.dump() : dumpDriver(driver)), {
      nested,
      hashTag,
      ...(keys ? { keys: async () => keys() } : {}),
    });
    return {
      ...fixture,
      dispose: async () => {
        await fixture.dispose();
        await place.dispose?.();
      },
    };
  });
  for (const [position, { group, name, skipped, run }] of cases.entries()) {
    const known = gaps.find(({ cases: names }) => names.includes(`${group}: ${name}`));
    const result = skipped === undefined ? await outcome(run, known) : { outcome: "skipped" as const, message: skipped };
    report({ type: "case", number: position + 1, of: cases.length, name: `${group}: ${name}`, ...result });
  }
}

/** A gap that is known must be seen: one that closed is to be struck off the list. */
async function outcome(run: () => Promise<void>, known: Gap | undefined): Promise<Pick<CaseResult, "outcome" | "message">> {
  try {
    await run();
  } catch (error) {
    const message = error instanceof Error ? `${error.message}\n${error.stack ?? ""}` : String(error);
    return { outcome: known ? "gap" : "failed", message: known?.reason ?? message };
  }
  return known ? { outcome: "failed", message: `passes, though it is listed as a gap: ${known.reason}` } : { outcome: "passed" };
}
