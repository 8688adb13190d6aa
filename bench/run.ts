/**
 * `npm run bench`: everything, which it writes to results/ and into the documents. `npm run bench -- find redis`: the comparisons that have
 * all these words. `npm run bench -- redis work`: each call against the raw driver.
 */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { findChromium } from "../test/support/chromium.ts";
import { hasMariadb } from "../test/support/mariadb.ts";
import { hasRedis } from "../test/support/redis.ts";
import { BARS, judge, judgementLine } from "./bars.ts";
import type { Counts, Measurement } from "./lib/comparison.ts";
import { plotRatios } from "./lib/plot.ts";
import { resultLine, summarize } from "./lib/report.ts";
import { RESULTS, valueOf } from "./lib/results.ts";
import type { Environment } from "./lib/results.ts";
import { runSuiteProcess, stopOnSignals } from "./lib/suite-process.ts";
import { writeReadme } from "./readme.ts";
import { measureSizes } from "./suites/sizes.ts";

interface SuiteFacts {
  readonly title: string;
  /** What has to be installed, where it is more than npm brings. */
  readonly needs?: { readonly present: () => boolean; readonly hint: string };
}

const debian = (name: string): string => `apt-get install ${name}`;
const SUITES: Readonly<Record<string, SuiteFacts>> = {
  memory: { title: "unstorage's memory driver: the library's own time" },
  redis: { title: "Redis", needs: { present: hasRedis, hint: debian("redis-server") } },
  files: { title: "Files, against the FileStore of Zoho's SDK" },
  sqlite: { title: "SQLite, against the way of Zoho's sample" },
  mariadb: { title: "MariaDB, against the DBStore of Zoho's SDK", needs: { present: hasMariadb, hint: debian("mariadb-server") } },
  indexeddb: { title: "IndexedDB in Chromium", needs: { present: () => findChromium() !== undefined, hint: debian("chromium") } },
};

const { values, positionals } = parseArgs({ allowPositionals: true, options: { runs: { type: "string", default: "3" } } });
const runs = Number(values.runs);
const words = positionals.map((word) => word.toLowerCase());
const named = Object.keys(SUITES).filter((name) => words.includes(name));
const rest = words.filter((word) => !(word in SUITES) && word !== "sizes");
const onlySizes = words.includes("sizes") && named.length === 0;
const began = performance.now();
/** Suites whose results are new. */
const measuredSuites = new Set<string>();

/** What the suites fill once for all their runs. */
const data = mkdtempSync(join(tmpdir(), "ets-bench-"));
const cleanUp = (): void => rmSync(data, { recursive: true, force: true });
stopOnSignals(cleanUp);
await mkdir(RESULTS, { recursive: true });
for (const [name, facts] of Object.entries(SUITES)) {
  if (onlySizes || (named.length > 0 && !named.includes(name))) continue;
  if (facts.needs && !facts.needs.present()) {
    console.log(`\n${facts.title}: left out, for it is not installed (${facts.needs.hint}). What results/${name}.json has is older.`);
    continue;
  }
  try {
    await runSuite(name, facts.title);
  } catch (error) {
    process.exitCode = 1;
    console.error(`\n${facts.title}: ${error instanceof Error ? error.message : String(error)} Its results are left as they were.`);
  }
}
if (rest.length === 0 && (onlySizes || named.length === 0)) await runSizes();
if (measuredSuites.size > 0) await judgeAll();
cleanUp();
console.log(`\n${Math.round((performance.now() - began) / 1000)} seconds.`);

async function runSuite(name: string, title: string): Promise<void> {
  console.log(`\n${title}`);
  const environment: Environment = {
    node: process.version,
    cpu: cpus()[0]!.model,
    cores: cpus().length,
    load: Math.round(loadavg()[0]! * 10) / 10,
    runs,
  };
  if (environment.load > cpus().length / 2)
    console.log(`  The machine is busy (${environment.load} processes wait for a core): figures will spread.`);
  const measured = new Map<string, Measurement[]>();
  let counts: Counts | undefined;
  const directory = join(data, name);
  mkdirSync(directory);
  for (let run = 1; run <= runs; run++) {
    const start = performance.now();
    let done = 0;
    progress(`  run ${run} of ${runs}: filling the stores`);
    for await (const line of runSuiteProcess(name, directory, rest)) {
      if (line.counts) counts = line.counts;
      else {
        measured.set(line.id, [...(measured.get(line.id) ?? []), line]);
        progress(`  run ${run} of ${runs}: ${++done} measured, ${line.name}`);
      }
    }
    progress("");
    console.log(`  run ${run} of ${runs}: ${done} comparisons in ${Math.round((performance.now() - start) / 1000)} seconds`);
  }
  rmSync(directory, { recursive: true, force: true });
  const results = Array.from(measured.values(), summarize);
  for (const result of results) console.log(resultLine(result));
  for (const [what, count] of Object.entries(counts ?? {})) console.log(`  ${what}: ${count}`);
  // A part leaves the figures of the whole alone.
  if (rest.length > 0 || results.length === 0) return;
  measuredSuites.add(name);
  await writeJson(name, { environment, results, ...(counts ? { counts } : {}) });
  const isWork = ({ id }: { id: string }): boolean => id.startsWith("work/");
  const bars = new Map(BARS.filter(({ suite }) => suite === name).flatMap(({ ids, value }) => ids.map((id) => [id, value] as const)));
  await writeFile(
    new URL(`${name}.svg`, RESULTS),
    plotRatios(
      title,
      results.filter((result) => !isWork(result)),
      bars,
    ),
  );
  const work = results.filter(isWork);
  await writeFile(
    new URL(`${name}-work.svg`, RESULTS),
    plotRatios(`${title.replace(/[,:].*/, "")}: each call against the raw driver`, work, bars),
  );
}

async function runSizes(): Promise<void> {
  console.log("\nSize in a page, minified and gzipped");
  const sizes = await measureSizes();
  for (const { name, bytes } of sizes) console.log(`  ${name.padEnd(66)}${String(bytes).padStart(8)} bytes`);
  measuredSuites.add("sizes");
  await writeJson("sizes", sizes);
}

async function judgeAll(): Promise<void> {
  const judgements = judge(valueOf);
  await writeJson("bars", judgements);
  await writeReadme();
  console.log("\nBars");
  for (const judgement of judgements) console.log(judgementLine(judgement) + (isOld(judgement.suite) ? " (of an earlier run)" : ""));
  const missed = judgements.filter(({ met }) => !met).length;
  console.log(`  ${judgements.length - missed} of ${judgements.length} met. Where the time goes: bench/NOTES.md.`);
}

function isOld(suite: string): boolean {
  // Operations are counted by the tests.
  return !measuredSuites.has(suite) && !suite.startsWith("operations-");
}

async function writeJson(name: string, content: unknown): Promise<void> {
  await writeFile(new URL(`${name}.json`, RESULTS), `${JSON.stringify(content, null, 2)}\n`);
}

function progress(text: string): void {
  if (process.stdout.isTTY) process.stdout.write(`\r\u001B[2K${text}`);
}
