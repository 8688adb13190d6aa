/** `npm run bench`: everything. `npm run bench -- find redis`: the comparisons that have all these words. */
import { spawn } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import type { Measurement } from "./lib/comparison.ts";
import { plotRatios } from "./lib/plot.ts";
import { meets, resultLine, summarize } from "./lib/report.ts";
import { measureSizes } from "./suites/sizes.ts";

const TITLES = {
  memory: "unstorage's memory driver: the library's own time",
  redis: "Redis",
  files: "Files, against the FileStore of Zoho's SDK",
  sqlite: "SQLite, against the way of Zoho's sample",
  indexeddb: "IndexedDB in Chromium",
} as const;
type SuiteName = keyof typeof TITLES;

const RESULTS = new URL("results/", import.meta.url);
const { values, positionals } = parseArgs({ allowPositionals: true, options: { runs: { type: "string", default: "3" } } });
const words = positionals.map((word) => word.toLowerCase());
const named = (Object.keys(TITLES) as SuiteName[]).filter((name) => words.includes(name));
const suites = named.length > 0 ? named : (Object.keys(TITLES) as SuiteName[]);
const rest = words.filter((word) => !(word in TITLES) && word !== "sizes");
const onlySizes = words.includes("sizes") && named.length === 0;

let missed = 0;
await mkdir(RESULTS, { recursive: true });
for (const name of onlySizes ? [] : suites) await runSuite(name);
if (rest.length === 0 && (onlySizes || named.length === 0)) await runSizes();
if (missed > 0) console.log(`\n${missed} above the ratio that is wanted: see bench/NOTES.md.`);

async function runSuite(name: SuiteName): Promise<void> {
  console.log(`\n${TITLES[name]}`);
  const measured = new Map<string, Measurement[]>();
  let counts: Record<string, number> | undefined;
  for (let run = 1; run <= Number(values.runs); run++) {
    for await (const line of childLines(name)) {
      if (line.counts) counts = line.counts;
      else {
        const key = `${line.name} ${line.against}`;
        measured.set(key, [...(measured.get(key) ?? []), line]);
        progress(`  run ${run} of ${values.runs}: ${line.name}`);
      }
    }
  }
  progress("");
  const results = Array.from(measured.values(), summarize);
  for (const result of results) console.log(resultLine(result));
  for (const [what, count] of Object.entries(counts ?? {})) console.log(`  ${what}: ${count}`);
  missed += results.filter((result) => !meets(result)).length;
  // A part leaves the figures of the whole alone.
  if (rest.length > 0 || results.length === 0) return;
  const environment = { node: process.version, runs: Number(values.runs) };
  await writeFile(
    new URL(`${name}.json`, RESULTS),
    `${JSON.stringify({ environment, results, ...(counts ? { counts } : {}) }, null, 2)}\n`,
  );
  await writeFile(new URL(`${name}.svg`, RESULTS), plotRatios(TITLES[name], results));
}

async function runSizes(): Promise<void> {
  console.log("\nSize in a page, minified and gzipped");
  const sizes = await measureSizes();
  for (const { name, bytes, bar } of sizes) {
    const verdict = bar === undefined ? "" : `${bytes <= bar ? "✓" : "✗"} bar ${bar}`;
    console.log(`  ${name.padEnd(62)}${String(bytes).padStart(8)} bytes  ${verdict}`);
    if (bar !== undefined && bytes > bar) missed++;
  }
  await writeFile(new URL("sizes.json", RESULTS), `${JSON.stringify(sizes, null, 2)}\n`);
}

async function* childLines(name: SuiteName): AsyncGenerator<Measurement & { counts?: Record<string, number> }> {
  const script = fileURLToPath(new URL("run-suite.ts", import.meta.url));
  const child = spawn(process.execPath, ["--no-warnings", script, name, ...rest], { stdio: ["ignore", "pipe", "inherit"] });
  const exit = new Promise<number | null>((resolve) => child.once("exit", resolve));
  for await (const line of createInterface({ input: child.stdout })) if (line.startsWith("{")) yield JSON.parse(line);
  const code = await exit;
  if (code !== 0) throw new Error(`The suite ${name} ended with ${code}.`);
}

function progress(text: string): void {
  if (process.stdout.isTTY) process.stdout.write(`\r\u001B[2K${text}`);
}
