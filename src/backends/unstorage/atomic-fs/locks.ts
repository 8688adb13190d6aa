import { readdir, unlink } from "node:fs/promises";
import { join } from "node:path";
import { fileError, ifMissing } from "./file-errors.ts";
import { newHolder, stateOf } from "./lock-holder.ts";
import { holderOf, lockOf, lockPath, tryLock, unlock, unlockLeftovers } from "./lock-file.ts";
import { isOld } from "./temporary-file.ts";

/** How long to wait for locks that others hold, in milliseconds. */
const WAIT_LIMIT_MS = 30_000;
const MAX_PAUSE_MS = 20;

/**
 * A holder of whom can't be told whether it runs, as it is in another container or on another machine, counts
 * as gone when the lock was seen to be its for so long, in milliseconds. A commit takes some of them.
 */
const ABANDONED_AFTER_MS = 10_000;

/**
 * Takes the locks of those names in the directory, for this call alone, and answers with the function that
 * gives them back. It takes all of them or none and never waits with one in hand: nobody can wait for each
 * other, and a lock is held no longer than its holder works. To give them back never rejects.
 *
 * @throws ETIMEDOUT where they were not free in time
 */
export async function acquireLocks(directory: string, names: readonly string[]): Promise<() => Promise<void>> {
  const paths = [...new Set(names)].map((name) => lockPath(directory, name));
  const holder = await newHolder();
  const patience = new Patience();
  const start = performance.now();
  await unlockLeftovers(paths);
  for (let round = 0; !(await lockAll(paths, holder, patience)); round++) {
    await unlockLeftovers(paths);
    if (performance.now() - start > WAIT_LIMIT_MS) throw fileError("ETIMEDOUT", "another process holds a lock", directory);
    await new Promise((resolve) => setTimeout(resolve, Math.random() * Math.min(2 ** round, MAX_PAUSE_MS)));
  }
  return () => unlockAll(paths, holder);
}

/** Removes what holders left that were killed. What is in its way it leaves, and never rejects. */
export async function sweepLocks(directory: string): Promise<void> {
  const names = await readdir(directory).catch(() => []);
  for (const path of new Set(names.flatMap((name) => lockOf(directory, name) ?? []))) {
    await sweepLock(directory, path, names).catch(() => {});
  }
}

async function sweepLock(directory: string, path: string, names: readonly string[]): Promise<void> {
  const holder = await newHolder();
  const isGone = async (other: string, file: string): Promise<boolean> => {
    const state = await stateOf(other);
    return state === "gone" || (state === "unknown" && (await isOld(file)));
  };
  if (!(await tryLock(path, holder, (other) => isGone(other, path)))) return;
  // Who holds the lock makes every claim to it void: nobody can redeem one that is left.
  for (const name of names) {
    const claim = join(directory, name);
    if (claim === path || lockOf(directory, name) !== path) continue;
    const claimant = await holderOf(claim);
    if (claimant !== undefined && (await isGone(claimant, claim))) await unlink(claim).catch(ifMissing);
  }
  await unlock(path, holder);
}

async function lockAll(paths: readonly string[], holder: string, patience: Patience): Promise<boolean> {
  const held: string[] = [];
  try {
    for (const path of paths) {
      if (!(await tryLock(path, holder, (other) => patience.isOver(path, other)))) break;
      held.push(path);
    }
  } catch (error) {
    await unlockAll(held, holder);
    throw error;
  }
  if (held.length === paths.length) return true;
  await unlockAll(held, holder);
  return false;
}

async function unlockAll(paths: readonly string[], holder: string): Promise<void> {
  await Promise.all(paths.map((path) => unlock(path, holder)));
}

/** For how long one who waits has seen a holder; by its own clock, as those of two machines differ. */
class Patience {
  readonly #seen = new Map<string, number>();

  async isOver(path: string, holder: string): Promise<boolean> {
    const state = await stateOf(holder);
    if (state !== "unknown") return state === "gone";
    const now = performance.now();
    const seen = `${path} ${holder}`;
    const since = this.#seen.get(seen) ?? now;
    this.#seen.set(seen, since);
    return now - since > ABANDONED_AFTER_MS;
  }
}
