import { run } from "../../src/cli/run.ts";
import type { CliOutcome, CliSurroundings } from "./cli-process.ts";

/** The command line in this process: a process for each of many commands takes most of a second. */
export async function runHere(args: readonly string[], { env = {}, input = "" }: CliSurroundings = {}): Promise<CliOutcome> {
  const outcome = { out: "", err: "" };
  const code = await run(args, {
    out: (line) => (outcome.out += `${line}\n`),
    err: (line) => (outcome.err += `${line}\n`),
    environment: env,
    readLine: () => Promise.resolve(input),
    signal: new AbortController().signal,
  });
  return { code, ...outcome };
}
