import { readlink, symlink, unlink } from "node:fs/promises";
import { basename, join } from "node:path";
import { hasCode, ifMissing } from "./file-errors.ts";
import { digestOf } from "./processes.ts";
import { PREFIX } from "./temporary-file.ts";

const NAME = /^\.atomic-fs-([0-9a-f]{32})(?:-[0-9a-f]{32})?\.lock$/;

/*
 * A lock is a symbolic link that leads nowhere: its target names the holder. It is made, unless it is there,
 * in a single step, and never seen without its holder.
 *
 * A lock whose holder is gone can't just be removed: between the look and the removal somebody else could have
 * done so and hold it. Who wants to remove it makes a claim first, a second such link with the holder that is
 * gone in its name. Only one can, and no holder comes back, so it is still that lock which is removed. Where
 * the claimant dies before that, the next one makes a claim to its claim, and so on.
 *
 * Not proper-lockfile or cross-process-lock: they tell a stale lock by its age, so that a holder that was
 * merely paused gets a second one beside it, and they remove it without such care. The locks of the operating
 * system would be better still, but Node has none, and the packages that do bring a compiled binary.
 */

export function lockPath(directory: string, name: string): string {
  return join(directory, `${PREFIX}${digestOf(name, 32)}.lock`);
}

/** The lock that a file of this name, a lock or a claim to one, belongs to. */
export function lockOf(directory: string, fileName: string): string | undefined {
  const digest = NAME.exec(fileName)?.[1];
  return digest === undefined ? undefined : join(directory, `${PREFIX}${digest}.lock`);
}

/** One attempt to take the lock. `isGone` is asked of holders that are in the way. */
export async function tryLock(path: string, holder: string, isGone: (other: string) => Promise<boolean>): Promise<boolean> {
  if (await makeLink(path, holder)) return true;
  const first = await holderOf(path);
  let other = first;
  while (other !== undefined && (await isGone(other))) {
    const claim = claimPath(path, other);
    if (await makeLink(claim, holder)) return redeem(claim, path, holder, first!);
    other = await holderOf(claim);
  }
  return false;
}

/** Locks and claims that the file system has not let go, and whose they are. While this process lives nobody else removes them. */
const leftovers = new Map<string, string>();

/** Gives a lock or claim back, unless somebody has taken it who held its holder to be gone. What can't be given back now waits for {@link unlockLeftovers}. */
export async function unlock(path: string, holder: string): Promise<void> {
  await remove(path, holder).catch(() => leftovers.set(path, holder));
}

/** Gives back what could not be given back before. @throws where one of these paths still can't be */
export async function unlockLeftovers(paths: readonly string[]): Promise<void> {
  await Promise.all(
    Array.from(leftovers, async ([path, holder]) => {
      // By one alone: for a second one it could be somebody else's by then.
      leftovers.delete(path);
      await remove(path, holder).catch((error: unknown) => {
        leftovers.set(path, holder);
        if (paths.includes(path)) throw error;
      });
    }),
  );
}

async function remove(path: string, holder: string): Promise<void> {
  if ((await holderOf(path)) === holder) await unlink(path).catch(ifMissing);
}

/** Undefined where the lock is free. */
export async function holderOf(path: string): Promise<string | undefined> {
  const target = await readlink(path).catch(ifMissing);
  return target === undefined ? undefined : basename(target);
}

/** A claim counts only while the lock is that of the holder whose trail led to it: it may have been removed, and made again. */
async function redeem(claim: string, path: string, holder: string, first: string): Promise<boolean> {
  let valid = false;
  try {
    valid = (await holderOf(path)) === first;
    if (valid) await unlink(path);
  } finally {
    await unlock(claim, holder);
  }
  return valid && makeLink(path, holder);
}

async function makeLink(path: string, target: string): Promise<boolean> {
  try {
    // On Windows only junctions can be made by everybody.
    await symlink(target, path, "junction");
    return true;
  } catch (error) {
    if (hasCode(error, "EEXIST")) return false;
    throw error;
  }
}

function claimPath(path: string, other: string): string {
  return path.replace(/\.lock$/, `-${digestOf(other, 32)}.lock`);
}
