import { createHash } from "node:crypto";
import { readFile, readlink } from "node:fs/promises";
import { hostname } from "node:os";

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== "ESRCH";
  }
}

let boot: Promise<string> | undefined;

/** Another for each start of each machine; empty where only Linux would tell. */
function bootId(): Promise<string> {
  return (boot ??= readFile("/proc/sys/kernel/random/boot_id", "utf8").catch(() => ""));
}

let scope: Promise<string> | undefined;

/**
 * Where a pid means the same process: this machine since its start and, on Linux, this namespace of pids. Two containers
 * or machines may share the directory, and a process of the one looks dead in the other. Their names don't tell
 * machines apart: many have the one of the image that they were made from, and the first namespace has one number on all.
 */
export function pidScope(): Promise<string> {
  scope ??= Promise.all([bootId(), readlink("/proc/self/ns/pid").catch(() => "")]).then(([start, namespace]) =>
    digestOf(`${hostname()} ${start} ${namespace}`, 8),
  );
  return scope;
}

/**
 * When the process began: two processes that had one pid in turn are told apart by it. Null where it has
 * ended, though nobody has collected it yet; undefined where only Linux would tell.
 */
export async function startOf(pid: number): Promise<string | null | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => undefined);
  // proc_pid_stat(5): the name in parentheses may have anything in it; after it come the state, 3, and the start, 22.
  const fields = stat?.slice(stat.lastIndexOf(")") + 2).split(" ");
  if (fields?.[19] === undefined) return undefined;
  return fields[0] === "Z" || fields[0] === "X" ? null : digestOf(`${await bootId()} ${fields[19]}`, 8);
}

export function digestOf(text: string, length: number): string {
  return createHash("sha256").update(text).digest("hex").slice(0, length);
}
