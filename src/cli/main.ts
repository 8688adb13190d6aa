#!/usr/bin/env node
import process from "node:process";
import { CommandError, OutputClosed } from "./command.ts";
import type { Terminal } from "./command.ts";
import { readLine } from "./read-line.ts";
import { run } from "./run.ts";

const ended = new AbortController();
// Once: whoever interrupts a second time does not want to wait for what is under way.
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => {
    terminal.progress?.("Ending, after what is under way. Again: at once.");
    ended.abort();
  });
}
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") return ended.abort(new OutputClosed());
  process.exitCode = 1;
  ended.abort(new CommandError(`The results can't be written: ${String(error.code)}.`));
});
// Nobody is left to be told.
process.stderr.on("error", () => {});
// Drivers say there that they are experimental, or what the command says better by its own message.
console.warn = () => {};

const terminal: Terminal = {
  out: (line) => process.stdout.write(`${line}\n`),
  err: (line) => process.stderr.write(`${line}\n`),
  ...(process.stderr.isTTY ? { progress: (line: string) => process.stderr.write(`\r\x1B[K${line}`) } : {}),
  environment: process.env,
  readLine: () => readLine(process.stdin, process.stderr, ended.signal),
  signal: ended.signal,
};

const code = await run(process.argv.slice(2), terminal);
process.exitCode ??= code;
