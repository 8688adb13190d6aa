import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { findChromium } from "../support/chromium.ts";
import { missingEngines } from "../support/engines.ts";
import { hasRedis } from "../support/redis.ts";
import { BROWSERS, FIREFOX } from "./browsers.ts";
import { ROOT } from "./built-package.ts";
import type { Kind } from "./suites.ts";

/** A column of the matrix. */
export interface Runtime {
  readonly name: string;
  readonly kind: Kind;
  /** Why it can't be run here; undefined where it can. */
  missing(): string | undefined;
  version(): string;
}

/** A runtime that runs a compiled test file by itself. */
export interface ServerRuntime extends Runtime {
  readonly kind: "server";
  /** What runs the file and leaves a report in the form of JUnit. */
  command(file: string, report: string): [string, ...string[]];
}

/** Its default is 5 s for each test. */
const BUN_TIMEOUT_MS = 240_000;
const HERE = import.meta.dirname;
const { resolve } = createRequire(import.meta.url);

const versionIn = (text: string): string => /\d+(\.\d+)+/.exec(text)?.[0] ?? text.trim();
const askVersion = (path: string): string =>
  versionIn(execFileSync(path, ["--version"], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }));
const debianVersion = (name: string): string =>
  versionIn(execFileSync("dpkg-query", ["-W", "-f", "${Version}", name], { encoding: "utf8" }));

function nodeOf(name: string): string | undefined {
  try {
    return join(resolve(`${name}/package.json`), "../bin/node");
  } catch {
    return undefined;
  }
}

function server(name: string, path: string | undefined, args: (file: string, report: string) => string[]): ServerRuntime {
  return {
    name,
    kind: "server",
    missing: () => {
      if (path === undefined || !existsSync(path)) return "npm has it not for this machine";
      return hasRedis() ? undefined : "no Redis here";
    },
    version: () => askVersion(path!),
    command: (file, report) => [path!, ...args(file, report)],
  };
}

const node = (major: 20 | 22 | 24 | 26): ServerRuntime =>
  server(`Node.js ${major}`, nodeOf(major === 26 ? "node" : `node${major}`), (file, report) => [
    "--test-reporter=junit",
    `--test-reporter-destination=${report}`,
    file,
  ]);

export const SERVERS: readonly ServerRuntime[] = [
  node(20),
  node(22),
  node(24),
  node(26),
  server("Deno", join(HERE, "node_modules/.bin/deno"), (file, report) => [
    "test",
    "-A",
    "--no-check",
    "--no-lock",
    `--junit-path=${report}`,
    file,
  ]),
  server("Bun", join(HERE, "node_modules/.bin/bun"), (file, report) => [
    "test",
    `--timeout=${BUN_TIMEOUT_MS}`,
    "--reporter=junit",
    `--reporter-outfile=${report}`,
    file,
  ]),
];

/** Those that Vitest runs tests in, each by the project of its name in vitest.config.ts. */
const PROJECTS: readonly Runtime[] = [
  {
    name: "workerd",
    kind: "worker",
    missing: () => undefined,
    version: () => versionIn(readFileSync(join(ROOT, "node_modules/workerd/package.json"), "utf8").split('"version"')[1] ?? ""),
  },
  { name: "Chromium", kind: "page", missing: () => missingBrowser("Chromium"), version: () => askVersion(findChromium()!) },
  { name: "Firefox", kind: "page", missing: () => missingBrowser("Firefox"), version: () => askVersion(FIREFOX) },
  // It tells its version only where it has a display. Debian tells it anywhere.
  { name: "WebKit", kind: "page", missing: () => missingBrowser("WebKit"), version: () => debianVersion("libwebkit2gtk-4.1-0") },
];

function missingBrowser(name: string): string | undefined {
  return missingEngines(BROWSERS.filter(({ suites }) => suites === name))[0]?.hint;
}

export const RUNTIMES: readonly Runtime[] = [...SERVERS, ...PROJECTS];
