/** What runs in a page of a browser. */
import { createStorage } from "unstorage";
import { PAGE_DRIVERS, pageEngine } from "./browser-engines.ts";
import { runConformance } from "./conformance.ts";
import { measureDriver } from "./measure.ts";
import type { Gap, RunEvent } from "./results.ts";

export async function run(id: string, gaps: readonly Gap[], report: (event: RunEvent) => void): Promise<void> {
  const engine = pageEngine(id);
  await measureDriver(engine, report);
  await runConformance(engine, gaps, { nested: true }, report);
}

/** Leaves a value for another page to find. */
export async function leave(id: string): Promise<void> {
  await createStorage({ driver: PAGE_DRIVERS[id]!() }).setItem("probe:left", { left: true });
}

export async function isThere(id: string): Promise<boolean> {
  return createStorage({ driver: PAGE_DRIVERS[id]!() }).hasItem("probe:left");
}
