import { createHash, randomUUID } from "node:crypto";
import { lstat, readlink } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";

const PREFIX = ".atomic-fs-";
const NAME = /^\.atomic-fs-([0-9a-f]{8})-(\d{1,10})-[0-9a-f-]{36}\.tmp$/;

/** No write takes that long, so whoever began this temporary file is gone. */
const ORPHAN_AGE_MS = 10 * 60 * 1000;

/** Whether the name belongs to temporary files; without regard to case, as some filesystems are. */
export function hasTemporaryPrefix(name: string): boolean {
  return name.toLowerCase().startsWith(PREFIX);
}

/** A fresh name in the directory that tells who writes: worker threads share a pid, so it is random too. */
export async function temporaryPath(directory: string): Promise<string> {
  return join(directory, `${PREFIX}${await pidScope()}-${process.pid}-${randomUUID()}.tmp`);
}

/** Whether the file is a temporary one that surely nobody writes any more. */
export async function isOrphan(directory: string, name: string): Promise<boolean> {
  const [, scope, pid] = NAME.exec(name) ?? [];
  if (pid === undefined) return false;
  if (scope === (await pidScope()) && !isAlive(Number(pid))) return true;
  const { mtimeMs } = await lstat(join(directory, name));
  return mtimeMs < Date.now() - ORPHAN_AGE_MS;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== "ESRCH";
  }
}

let scope: Promise<string> | undefined;

/**
 * Where a pid means the same process: this machine and, on Linux, this namespace of pids. Two containers
 * or machines may share the directory, and a writer of the one looks dead in the other.
 */
function pidScope(): Promise<string> {
  scope ??= readlink("/proc/self/ns/pid")
    .catch(() => "")
    .then((namespace) => createHash("sha256").update(`${hostname()} ${namespace}`).digest("hex").slice(0, 8));
  return scope;
}
