import { spawn } from "node:child_process";
import type { ChildProcessWithoutNullStreams } from "node:child_process";
import { once } from "node:events";
import process from "node:process";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";

const hooks = fileURLToPath(new URL("source-crypto.ts", import.meta.url));
const main = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));

/** The program and its arguments, for a shell. */
export const CLI: readonly string[] = [process.execPath, "--no-warnings", "--import", hooks, main];

/** What takes longer hangs, and is ended. */
const LONGEST_MS = 60_000;

export interface CliOutcome {
  code: number | null;
  out: string;
  err: string;
}

export interface CliSurroundings {
  cwd?: string;
  env?: Record<string, string>;
  input?: string;
}

/** The command line as a process of its own, from the source. */
export function startCli(args: readonly string[], { cwd, env = {} }: CliSurroundings = {}): ChildProcessWithoutNullStreams {
  // Nothing of the environment that the tests run in, but where programs lie.
  const environment = { PATH: process.env["PATH"], TMPDIR: process.env["TMPDIR"], ...env };
  return spawn(CLI[0]!, [...CLI.slice(1), ...args], { cwd, env: environment, timeout: LONGEST_MS, killSignal: "SIGKILL" });
}

export async function runCli(args: readonly string[], surroundings: CliSurroundings = {}): Promise<CliOutcome> {
  const child = startCli(args, surroundings);
  child.stdin.on("error", () => {});
  child.stdin.end(surroundings.input ?? "");
  const [[code], out, err] = await Promise.all([once(child, "close") as Promise<[number | null]>, text(child.stdout), text(child.stderr)]);
  return { code, out, err };
}
