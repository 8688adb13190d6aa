import { randomUUID } from "node:crypto";
import { isMainThread } from "node:worker_threads";
import { isAlive, pidScope, startOf } from "./processes.ts";

/** Written down where nobody can tell by the process whether its holder lives: a worker thread can end before it does. */
const NO_START = "0";

const HOLDER = /^([0-9a-f]{8})-(\d{1,10})-([0-9a-f]{8}|0)-[0-9a-f-]{32,36}$/;

/** Names one holding of a lock, and who has it; below 60 characters, since ext4 needs a block more for a longer link, which a full disk does not have. */
export async function newHolder(): Promise<string> {
  const start = isMainThread ? ((await startOf(process.pid)) ?? NO_START) : NO_START;
  return `${await pidScope()}-${process.pid}-${start}-${randomUUID().replaceAll("-", "")}`;
}

/** Whether that holder still runs; `unknown` where it is on another machine, in another container, or can't be told. */
export async function stateOf(holder: string): Promise<"alive" | "gone" | "unknown"> {
  const [, scope, pid, start] = HOLDER.exec(holder) ?? [];
  if (pid === undefined || scope !== (await pidScope())) return "unknown";
  if (!isAlive(Number(pid))) return "gone";
  const current = await startOf(Number(pid));
  if (current === null) return "gone";
  if (current === undefined || start === NO_START) return "unknown";
  return current === start ? "alive" : "gone";
}
