/**
 * `npm run test:runtimes`: the suites in every runtime, and the matrix of what they came to. `npm run test:runtimes -- deno
 * firefox`: in these alone; the matrix in README stays as it is.
 */
import { execFileSync } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { installMissingEngines } from "../support/engines.ts";
import { keepTemporaryFilesInMemory } from "../support/memory-files.ts";
import { BROWSERS } from "./browsers.ts";
import { ROOT } from "./built-package.ts";
import { endAll, jobsOf, runJob } from "./jobs.ts";
import type { Job, Outcome } from "./jobs.ts";
import { isGreen, notRun, rowsOf, sum, withMatrix } from "./matrix.ts";
import type { Cell, Column, Matrix } from "./matrix.ts";
import { RUNTIMES } from "./runtimes.ts";
import type { Runtime } from "./runtimes.ts";
import { buildServerTests } from "./server-tests.ts";
import { SUITES } from "./suites.ts";
import { startWebKit } from "./webkit.ts";

const words = process.argv.slice(2).map((word) => word.toLowerCase());
const chosen = RUNTIMES.filter(({ name }) => words.length === 0 || words.some((word) => name.toLowerCase().includes(word)));
if (chosen.length === 0) throw new Error(`No such runtime. There are: ${RUNTIMES.map(({ name }) => name).join(", ")}.`);

keepTemporaryFilesInMemory();
installMissingEngines(BROWSERS);
const start = performance.now();
const present = chosen.filter((runtime) => runtime.missing() === undefined);
const columns = chosen.map((runtime): Column => {
  const why = runtime.missing();
  return why === undefined ? { name: runtime.name, version: runtime.version() } : { name: runtime.name, version: "", notRun: why };
});
await buildServerTests();
await using webkit = present.some(({ name }) => name === "WebKit") ? await startWebKit() : undefined;
const environment = {
  DENO_DIR: join(ROOT, "test-results/runtimes/deno"),
  DENO_NO_UPDATE_CHECK: "1",
  ...(webkit ? { WEBKIT_DRIVER_PORT: String(webkit.port) } : {}),
};
for (const [signal, code] of [
  ["SIGINT", 130],
  ["SIGTERM", 143],
] as const) {
  process.once(signal, () => {
    endAll();
    void Promise.resolve(webkit?.[Symbol.asyncDispose]()).finally(() => process.exit(code));
  });
}

// Browsers and workerd take longest: they come first.
const jobs = present.toSorted((one, other) => Number(one.kind === "server") - Number(other.kind === "server")).flatMap(jobsOf);
const outcomes = new Map<Job, Outcome>();
let drawn = 0;
show();
const queue = jobs.values();
// One more than there are cores: part of the time is spent waiting for servers and pages.
await Promise.all(Array.from({ length: availableParallelism() + 1 }, worker));
const matrix = matrixOf();
if (drawn === 0) console.log(`\n${tableOf(matrix)}`);
report();

async function worker(): Promise<void> {
  for (const job of queue) {
    outcomes.set(job, await runJob(job, environment));
    show();
    if (!interactive()) showRuntime(job.runtime);
  }
}

function matrixOf(): Matrix {
  return {
    runtimes: columns,
    suites: SUITES.map((suite) => ({ name: suite.name, cells: chosen.map((runtime) => cellOf(suite, runtime)) })),
  };
}

function cellOf({ files: byKind, lackedBy }: (typeof SUITES)[number], runtime: Runtime): Cell {
  const files = byKind[runtime.kind];
  if (!files || lackedBy?.includes(runtime.name)) return "lacking";
  const parts = files.map((file) => {
    const job = jobs.find((one) => one.runtime === runtime && one.files.includes(file));
    const outcome = job && outcomes.get(job);
    if (!outcome) return "waiting";
    return outcome.reports.get(file)?.counts ?? "broken";
  });
  return parts.find((part) => typeof part === "string") ?? sum(parts.filter((part) => typeof part === "object"));
}

function tableOf(one: Matrix): string {
  return rowsOf(one)
    .map((row) => row.join("  ").trimEnd())
    .join("\n");
}

function interactive(): boolean {
  return (
    process.stdout.isTTY &&
    process.stdout.columns >
      Math.max(
        ...tableOf(matrixOf())
          .split("\n")
          .map(({ length }) => length),
      )
  );
}

/** Draws the table over the one that was drawn before. */
function show(): void {
  if (!interactive()) return;
  const seconds = Math.round((performance.now() - start) / 1000);
  const text = `${tableOf(matrixOf())}\n\n${outcomes.size} of ${jobs.length} runs, ${seconds} s`;
  if (drawn > 0) process.stdout.write(`\u001B[${drawn}A\u001B[0J`);
  console.log(text);
  drawn = text.split("\n").length;
}

/** A line for a runtime that is done, where no table can be drawn: in a log, say. */
function showRuntime(runtime: Runtime): void {
  const own = jobs.filter((job) => job.runtime === runtime);
  if (!own.every((job) => outcomes.has(job))) return;
  const { passed, failed, skipped } = sum(own.flatMap((job) => [...outcomes.get(job)!.reports.values()].map(({ counts }) => counts)));
  console.log(`${runtime.name.padEnd(10)} ${passed} passed, ${failed} failed, ${skipped} skipped`);
}

function report(): void {
  for (const [{ runtime, log }, { reports, problem }] of outcomes) {
    const failures = [...reports.values()].flatMap((one) => one.failures);
    for (const failure of failures) console.error(`✗ ${runtime.name}: ${failure}`);
    if (problem !== undefined) console.error(`✗ ${runtime.name}: ${problem}`);
    if (failures.length > 0 || problem !== undefined) {
      console.error(`  ${log}`);
      process.exitCode = 1;
    }
  }
  const green = matrix.suites.every(({ cells }) => cells.every((cell, column) => columns[column]!.notRun !== undefined || isGreen(cell)));
  if (!green) process.exitCode = 1;
  for (const sentence of notRun(matrix)) console.log(sentence);
  if (present.length < chosen.length && process.env["CI"]) {
    console.error("In CI every runtime must be there.");
    process.exitCode = 1;
  }
  console.log(`\n${present.length} of ${RUNTIMES.length} runtimes in ${Math.round((performance.now() - start) / 1000)} s.`);
}

if (words.length === 0 && process.exitCode === undefined) {
  const [readme, results] = [join(ROOT, "README.md"), join(ROOT, "test/runtimes/matrix.json")];
  await writeFile(results, `${JSON.stringify(matrix, null, 2)}\n`);
  await writeFile(readme, withMatrix(await readFile(readme, "utf8"), matrix));
  execFileSync("oxfmt", [readme, results], { stdio: "inherit" });
}
