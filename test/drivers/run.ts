/**
 * `npm run test:drivers`: the whole suite and all measurements on every driver, each in a process of its own.
 * `npm run test:drivers -- redis s3`: only these. It writes the results and the documents; in CI it compares instead,
 * and fails where a driver does something else than is written.
 */
import { spawn, spawnSync } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { statSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { keepTemporaryFilesInMemory } from "../support/memory-files.ts";
import { readResults, writeDocuments } from "./documents.ts";
import { ENGINES } from "./engines.ts";
import type { DriverEngine } from "./engines.ts";
import { Progress } from "./progress.ts";
import type { CaseResult, DriverFacts, DriverResult, RunEvent } from "./results.ts";
import { stableFacts, verdict } from "./tables.ts";

/** More than the two cores of a small machine: part of the time is spent waiting for servers. */
const AT_ONCE = 3;
/** Only catches what hangs: the machine may be busy. */
const LONGEST_RUN_MS = 30 * 60_000;
const GRACE_MS = 20_000;

const path = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const wanted = process.argv.slice(2);
const unknown = wanted.filter((id) => !ENGINES.some((engine) => engine.id === id));
if (unknown.length > 0)
  throw new Error(`No driver has the id ${unknown.join(", ")}. There are: ${ENGINES.map(({ id }) => id).join(", ")}.`);
const engines = wanted.length === 0 ? ENGINES : ENGINES.filter(({ id }) => wanted.includes(id));

keepTemporaryFilesInMemory();
installPackages();
const started = performance.now();
const children = new Set<ChildProcess>();
// Each stops its server, and so must whoever is interrupted.
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => {
    queue.length = 0;
    problems.push(`interrupted by ${signal}`);
    for (const child of children) stop(child);
  });
}
const progress = new Progress(engines.length);
const queue = [...engines];
const results: DriverResult[] = [];
const problems: string[] = [];
await Promise.all(Array.from({ length: AT_ONCE }, runQueue));
progress.stop();
results.sort((left, right) => position(left) - position(right));
console.log(`\n${results.length} of ${engines.length} drivers in ${Math.round((performance.now() - started) / 1000)} s`);

if (process.env["CI"]) await compare();
else await writeDocuments(await merged());
for (const problem of problems) console.error(`\n✗ ${problem}`);
if (problems.length > 0) process.exitCode = 1;

async function runQueue(): Promise<void> {
  for (let engine = queue.shift(); engine; engine = queue.shift()) {
    try {
      const result = await runEngine(engine);
      results.push(result);
      const { passed, failed, skipped, gap } = result.cases;
      const counts = `${passed} passed, ${failed} failed, ${skipped} skipped, ${gap} can't be`;
      progress.done(
        engine.id,
        `${failed > 0 ? "✗" : "✓"} ${engine.id.padEnd(22)} ${counts}; ${verdict({ ...engine, ...result })} (${result.seconds} s)`,
      );
    } catch (error) {
      problems.push(`${engine.id}: ${(error as Error).message}`);
      progress.done(engine.id, `✗ ${engine.id.padEnd(22)} did not run to its end`);
    }
  }
}

async function runEngine({ id }: DriverEngine): Promise<DriverResult> {
  const start = performance.now();
  const flags = ["--no-warnings", "--import", path("../support/source-crypto.ts"), "--import", path("resolve-packages.ts")];
  // In a group of its own: a terminal's Ctrl-C would take its server away under it.
  const child = spawn(process.execPath, [...flags, path("run-driver.ts"), id], { stdio: ["ignore", "pipe", "pipe"], detached: true });
  children.add(child);
  const exit = once(child, "exit") as Promise<[number | null]>;
  const timer = setTimeout(() => stop(child), LONGEST_RUN_MS);
  let errors = "";
  child.stderr.on("data", (data: Buffer) => (errors += data.toString()));
  const cases: Record<CaseResult["outcome"], number> = { passed: 0, failed: 0, skipped: 0, gap: 0 };
  const facts: Partial<DriverFacts> = {};
  for await (const line of createInterface({ input: child.stdout })) {
    const event = JSON.parse(line) as RunEvent;
    if (event.type === "facts") Object.assign(facts, event.facts);
    else if (event.type === "probe") progress.at(id, event.name);
    else {
      cases[event.outcome]++;
      progress.at(id, `${event.number}/${event.of}`);
      if (event.outcome === "failed") problems.push(`${id}: ${event.name}\n${event.message}`);
    }
  }
  const [code] = await exit;
  clearTimeout(timer);
  children.delete(child);
  if (code !== 0) {
    endGroup(child);
    throw new Error(`ended with ${code}\n${errors.trim().split("\n").slice(-20).join("\n")}`);
  }
  return { id, cases, facts: facts as DriverFacts, seconds: Math.round((performance.now() - start) / 1000) };
}

/** Lets it stop its server; if it does not, it is ended. */
function stop(child: ChildProcess): void {
  child.kill("SIGTERM");
  setTimeout(() => child.kill("SIGKILL"), GRACE_MS).unref();
}

/** Ends what a process that did not end by itself has left running. */
function endGroup({ pid }: ChildProcess): void {
  try {
    process.kill(-pid!, "SIGKILL");
  } catch {
    // Nothing is left.
  }
}

/** Their sizes are those of servers, so that they have a folder of their own. */
function installPackages(): void {
  const changed = (name: string): number => statSync(path(name), { throwIfNoEntry: false })?.mtimeMs ?? 0;
  if (changed("node_modules/.package-lock.json") > changed("package-lock.json")) return;
  console.log("Installing what the drivers need …");
  const { status } = spawnSync("npm", ["ci", "--prefix", path("."), "--ignore-scripts", "--no-audit", "--no-fund"], { stdio: "inherit" });
  if (status !== 0) throw new Error("npm ci in test/drivers failed.");
}

/** What is written, with what went well now in its place. */
async function merged(): Promise<DriverResult[]> {
  const sound = results.filter(({ cases }) => cases.failed === 0);
  const all = new Map([...(await readResults()), ...sound].map((result) => [result.id, result]));
  return [...all.values()].filter((result) => position(result) >= 0).sort((left, right) => position(left) - position(right));
}

/** What is written in the documents must be what the drivers do. */
async function compare(): Promise<void> {
  const committed = new Map((await readResults()).map((result) => [result.id, result]));
  for (const result of results) {
    const before = committed.get(result.id);
    const [is, was] = [JSON.stringify(stableFacts(result)), before && JSON.stringify(stableFacts(before))];
    if (is !== was)
      problems.push(`${result.id} does something else than is committed:\n  now ${is}\n  was ${was}\nRun npm run test:drivers.`);
  }
}

function position({ id }: DriverResult): number {
  return ENGINES.findIndex((engine) => engine.id === id);
}
