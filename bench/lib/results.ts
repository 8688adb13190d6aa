import { existsSync, readFileSync } from "node:fs";
import type { Counts, Operations } from "./comparison.ts";
import type { Result } from "./report.ts";

/** A file of results/, as `npm run bench` writes it. */
export interface SuiteResults {
  readonly environment: Environment;
  readonly results: readonly Result[];
  readonly counts?: Counts;
}

export interface Environment {
  readonly node: string;
  readonly cpu: string;
  readonly cores: number;
  /** How many processes were waiting for a core when the suite began, over a minute; near 0 on a quiet machine. */
  readonly load: number;
  readonly runs: number;
}

export interface Size {
  readonly id: string;
  readonly name: string;
  /** Minified and gzipped. */
  readonly bytes: number;
}

/** Operations of each call on a storage. */
export type OperationTable = Readonly<Record<string, Operations>>;

export const RESULTS: URL = new URL("../results/", import.meta.url);

export function readResult<Content>(name: string): Content | undefined {
  const file = new URL(`${name}.json`, RESULTS);
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Content) : undefined;
}

/** A result by its suite and id: a ratio, a size, or a number of operations. Undefined where it was not measured. */
export function valueOf(suite: string, id: string): number | undefined {
  if (suite === "sizes") return readResult<Size[]>(suite)?.find((size) => size.id === id)?.bytes;
  if (suite.startsWith("operations-")) {
    const [, call = "", operation = ""] = /^(.*)\/(.*)$/.exec(id) ?? [];
    const operations = readResult<OperationTable>(suite)?.[call];
    return operations && (operations[operation] ?? 0);
  }
  return readResult<SuiteResults>(suite)?.results.find((result) => result.id === id)?.ratio;
}
