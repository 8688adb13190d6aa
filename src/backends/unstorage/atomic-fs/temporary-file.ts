import { randomUUID } from "node:crypto";
import { lstat } from "node:fs/promises";
import { join } from "node:path";
import { isAlive, pidScope } from "./processes.ts";

/** What the names of all files begin with that are the driver's own and no key's. */
export const PREFIX = ".atomic-fs-";
const NAME = /^\.atomic-fs-([0-9a-f]{8})-(\d{1,10})-[0-9a-f-]{36}\.tmp$/;

/** No write takes that long, so whoever began this temporary file is gone. */
const ORPHAN_AGE_MS = 10 * 60 * 1000;

/** Whether the name belongs to the driver's own files; without regard to case, as some filesystems are. */
export function hasOwnPrefix(name: string): boolean {
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
  return isOld(join(directory, name));
}

export async function isOld(path: string): Promise<boolean> {
  const { mtimeMs } = await lstat(path);
  return mtimeMs < Date.now() - ORPHAN_AGE_MS;
}
