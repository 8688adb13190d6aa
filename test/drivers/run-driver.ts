/** One engine in a process of its own; a line of JSON for each event. */
import { runConformance } from "./conformance.ts";
import { ENGINES } from "./engines.ts";
import { measureDriver } from "./measure.ts";
import type { RunEvent } from "./results.ts";

const [, , id = ""] = process.argv;
const engine = ENGINES.find((one) => one.id === id);
if (!engine) throw new Error(`No driver has the id ${id}.`);
// Some drivers print; the lines of this process are events alone.
console.log = console.error;
const report = (event: RunEvent): void => void process.stdout.write(`${JSON.stringify(event)}\n`);

const { run, start } = await engine.load();
if (run) {
  await run(engine, report);
} else {
  const started = await start!();
  process.once("SIGTERM", () => void Promise.resolve(started.stop?.()).finally(() => process.exit(1)));
  try {
    await measureDriver(started, report);
    await runConformance(started, engine.gaps, { nested: engine.nested }, report);
  } finally {
    await started.stop?.();
  }
}
