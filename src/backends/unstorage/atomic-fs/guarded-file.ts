import { close, constants, fstat, open, read, realpathSync } from "node:fs";
import type { Stats } from "node:fs";
import { lstat, realpath } from "node:fs/promises";
import { join } from "node:path";
import { fileError, ifMissing } from "./file-errors.ts";

/** Windows has no such flag; there the look beforehand has to do. */
export const NO_FOLLOW: number = constants.O_NOFOLLOW ?? 0;
/** Not to wait at a FIFO that nobody writes to; for a regular file it means nothing. */
export const READ_FLAGS: number = constants.O_RDONLY | NO_FOLLOW | (constants.O_NONBLOCK ?? 0);
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

/** Looks for links on the way to a value in one call to the system where there are none, which is nearly always. */
export class LinkGuard {
  readonly #base: string;
  #realBase: string | undefined;

  constructor(base: string) {
    this.#base = base;
  }

  /** As {@link assertNoLinks}, for directories. */
  async assertNone(directories: readonly string[]): Promise<void> {
    if (directories.length === 0) return;
    if (this.#realBase !== undefined) {
      const real = await realpath(join(this.#base, ...directories)).catch(() => undefined);
      if (real === join(this.#realBase, ...directories)) return;
    }
    await assertNoLinks(this.#base, directories);
    // None below the base, so what differs is where the base itself leads.
    this.#realBase = await realpath(this.#base).catch(ifMissing);
  }

  /** Whether there is none for certain, told without waiting. False where it is not known. */
  holdsNow(directories: readonly string[]): boolean {
    if (directories.length === 0) return true;
    if (this.#realBase === undefined) return false;
    try {
      return realpathSync.native(join(this.#base, ...directories)) === join(this.#realBase, ...directories);
    } catch {
      return false;
    }
  }

  /**
   * Undefined where no value lies there. The directories are looked at while the file is opened; nothing of it is
   * given out before both are through. O_NOFOLLOW refuses a link as the file itself, and to read at a position,
   * as {@link readAt} does, refuses what is no regular file; Windows has no such flag, so there the look comes first.
   */
  async withFile<Result>(segments: readonly string[], use: (file: number) => Promise<Result>): Promise<Result | undefined> {
    if (NO_FOLLOW === 0 && !(await assertFile(this.#base, segments))) return undefined;
    const [looked, used] = await Promise.allSettled([this.assertNone(segments.slice(0, -1)), withFile(join(this.#base, ...segments), use)]);
    if (looked.status === "rejected") throw looked.reason;
    if (used.status === "fulfilled") return used.value;
    // It may be a link or a directory, which this says in the same words on every platform.
    await assertFile(this.#base, segments);
    throw used.reason;
  }
}

/*
 * By callbacks and plain descriptors: a FileHandle costs as much again as what is done with it, and the
 * thread pool is asked for no more than is needed.
 */

/** Undefined where there is no such file. */
export async function withFile<Result>(path: string, use: (file: number) => Promise<Result>): Promise<Result | undefined> {
  const file = await openToRead(path).catch(ifMissing);
  if (file === undefined) return undefined;
  try {
    return await use(file);
  } finally {
    // Not waited for: nothing was written, so nothing can be lost, and Linux frees the descriptor whatever close says.
    close(file, () => {});
  }
}

/** Most values fit in, and one read tells both what is in the file and that it ends there. */
const CHUNK_BYTES = 4096;

/** All bytes of the file. A regular file gives fewer than asked for only at its end. */
export async function readAll(file: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for (let size = CHUNK_BYTES; ; size *= 2) {
    const chunk = await readAt(file, length, size);
    length += chunk.length;
    if (chunks.length === 0 && chunk.length < size) return chunk;
    chunks.push(chunk);
    if (chunk.length < size) return Buffer.concat(chunks, length);
  }
}

export function readAt(file: number, position: number, length: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const buffer = Buffer.allocUnsafe(length);
    read(file, buffer, 0, length, position, (error, bytesRead) => (error ? reject(error) : resolve(buffer.subarray(0, bytesRead))));
  });
}

export function statsOf(file: number): Promise<Stats> {
  return new Promise((resolve, reject) => {
    fstat(file, (error, stats) => (error ? reject(error) : resolve(stats)));
  });
}

function openToRead(path: string): Promise<number> {
  return new Promise((resolve, reject) => {
    open(path, READ_FLAGS, (error, file) => (error ? reject(error) : resolve(file)));
  });
}
