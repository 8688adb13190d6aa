import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { mkdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { ROOT } from "./built-package.ts";
import { readReport } from "./junit.ts";
import type { Report } from "./junit.ts";
import { sum } from "./matrix.ts";
import { SERVERS } from "./runtimes.ts";
import type { Runtime } from "./runtimes.ts";
import { builtTest } from "./server-tests.ts";
import { filesFor, SUITES } from "./suites.ts";

const RESULTS = join(ROOT, "test-results/runtimes");
/** Ten times what the longest takes: it only ends what hangs. */
const TIMEOUT_MS = 600_000;

/** One process: a test file on a server's runtime, or all files in a browser or workerd. */
export interface Job {
  readonly runtime: Runtime;
  /** As {@link SUITES} names them. */
  readonly files: readonly string[];
  readonly command: readonly [string, ...string[]];
  readonly report: string;
  readonly log: string;
}

export interface Outcome {
  /** Of each file that left a report. */
  readonly reports: ReadonlyMap<string, Report>;
  /** What went wrong with the process itself, if anything did. */
  readonly problem?: string;
}

/** The jobs of a runtime, each with a report and a log of its own. */
export function jobsOf(runtime: Runtime): Job[] {
  const job = (name: string, files: readonly string[], command: (report: string) => Job["command"]): Job => {
    const path = join(RESULTS, runtime.name.replaceAll(" ", "-"), name);
    return { runtime, files, command: command(`${path}.xml`), report: `${path}.xml`, log: `${path}.log` };
  };
  const server = SERVERS.find((one) => one === runtime);
  if (!server) return [job("tests", filesFor(runtime.kind), (report) => vitest(runtime.name, report))];
  const lacked = SUITES.filter(({ lackedBy }) => lackedBy?.includes(runtime.name)).flatMap(({ files }) => files.server ?? []);
  return filesFor("server")
    .filter((file) => !lacked.includes(file))
    .map((file) => job(file.replaceAll("/", "-"), [file], (report) => server.command(builtTest(file), report)));
}

function vitest(project: string, report: string): Job["command"] {
  const config = ["--config", "test/runtimes/vitest.config.ts", "--root", ROOT, "--project", project];
  const reporters = ["--reporter=default", "--reporter=junit", `--outputFile.junit=${report}`];
  return [process.execPath, join(ROOT, "node_modules/vitest/vitest.mjs"), "run", ...config, ...reporters];
}

const running = new Set<ChildProcess>();
let isOver = false;

/** Ends all that runs, with what it started in its turn; nothing is started after it. */
export function endAll(): void {
  isOver = true;
  for (const child of running) endGroup(child);
}

function endGroup(child: ChildProcess): void {
  try {
    process.kill(-child.pid!, "SIGKILL");
  } catch {
    // It ended by itself.
  }
}

export async function runJob(job: Job, environment: Readonly<Record<string, string>>): Promise<Outcome> {
  await mkdir(join(job.log, ".."), { recursive: true });
  await rm(job.report, { force: true });
  const log = createWriteStream(job.log);
  await once(log, "open");
  if (isOver) return { reports: new Map(), problem: "was not started any more" };
  const [program, ...args] = job.command;
  // A group of its own: what a test leaves behind is ended with it.
  const child = spawn(program, args, { cwd: ROOT, detached: true, stdio: ["ignore", log, log], env: { ...process.env, ...environment } });
  running.add(child);
  const timer = setTimeout(() => endGroup(child), TIMEOUT_MS);
  const [code, signal] = await (once(child, "exit") as Promise<[number | null, string | null]>);
  clearTimeout(timer);
  endGroup(child);
  running.delete(child);
  log.end();

  const reports = await reportsOf(job);
  const missing = job.files.filter((file) => !reports.has(file));
  const failed = [...reports.values()].some(({ counts }) => counts.failed > 0);
  if (missing.length > 0) return { reports, problem: `ended with ${code ?? signal}, no report of ${missing.join(", ")}` };
  if (code !== 0 && !failed) return { reports, problem: `ended with ${code ?? signal}, though no test failed` };
  return { reports };
}

async function reportsOf({ report, files }: Job): Promise<Map<string, Report>> {
  const xml = await readFile(report, "utf8").catch(() => undefined);
  if (xml === undefined) return new Map();
  const suites = readReport(xml);
  if (files.length > 1) return new Map([...suites].map(([name, one]) => [name.replace(/^test\//, ""), one]));
  const all = [...suites.values()];
  return new Map([[files[0]!, { counts: sum(all.map(({ counts }) => counts)), failures: all.flatMap(({ failures }) => failures) }]]);
}
