#!/usr/bin/env node
import process from "node:process";
import type { Terminal } from "./command.ts";
import { run } from "./run.ts";

const interrupted = new AbortController();
process.once("SIGINT", () => interrupted.abort());

const terminal: Terminal = {
  out: (line) => console.log(line),
  err: (line) => console.error(line),
  ...(process.stderr.isTTY ? { progress: (line: string) => process.stderr.write(`\r\x1B[K${line}`) } : {}),
  environment: process.env,
  signal: interrupted.signal,
};

process.exitCode = await run(process.argv.slice(2), terminal);
