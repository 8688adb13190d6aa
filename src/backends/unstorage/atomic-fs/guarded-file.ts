import { constants } from "node:fs";
import type { Stats } from "node:fs";
import { lstat, open } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import { join } from "node:path";
import { fileError, ifMissing } from "./file-errors.ts";

/** Windows has no such flag; there the look beforehand has to do. */
const NO_FOLLOW = constants.O_NOFOLLOW ?? 0;
const READ_FLAGS: number = constants.O_RDONLY | NO_FOLLOW;
export const CREATE_FLAGS: number = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | NO_FOLLOW;

/**
 * Refuses symbolic links below the base: one that lies there could lead a token out of it, or a
 * stranger's file in. The base itself and what is above it are the caller's choice and may be links.
 *
 * This finds links that lie there; Node can't open relative to a directory, so it is no defence against
 * who swaps a directory between look and use. Directories of mode 0700 leave that to the owner alone.
 */
export async function assertNoLinks(base: string, segments: readonly string[]): Promise<Stats | undefined> {
  let path = base;
  let stats: Stats | undefined;
  for (const segment of segments) {
    path = join(path, segment);
    stats = await lstat(path).catch(ifMissing);
    if (!stats) return undefined;
    if (stats.isSymbolicLink()) throw fileError("ELOOP", "refused to follow a symbolic link", path);
  }
  return stats;
}

/** Whether a value lies there. It refuses what is no regular file: to open a FIFO would wait for ever. */
export async function assertFile(base: string, segments: readonly string[]): Promise<boolean> {
  const stats = await assertNoLinks(base, segments);
  if (stats?.isDirectory()) throw fileError("EISDIR", "other keys lie below this one", join(base, ...segments));
  if (stats && !stats.isFile()) throw fileError("EINVAL", "not a regular file", join(base, ...segments));
  return stats !== undefined;
}

/** Undefined where there is no such file. */
export async function withFile<Result>(path: string, use: (file: FileHandle) => Promise<Result>): Promise<Result | undefined> {
  const file = await open(path, READ_FLAGS).catch(ifMissing);
  if (!file) return undefined;
  try {
    return await use(file);
  } finally {
    await file.close();
  }
}
