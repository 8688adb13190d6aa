import { link, open, rename, rm, unlink } from "node:fs/promises";
import { dirname } from "node:path";
import { hasCode, ifMissing } from "./file-errors.ts";
import { CREATE_FLAGS } from "./guarded-file.ts";
import { temporaryPath } from "./temporary-file.ts";

const FILE_MODE = 0o600;

// Not write-file-atomic, atomically or steno: none syncs the directory, and none clears up after a writer that was killed.
/** Readers see the old file or the new one, whole; once it resolves, the new one survives a power cut. */
export async function writeAtomically(path: string, content: string): Promise<void> {
  const directory = dirname(path);
  const temporary = await temporaryPath(directory);
  try {
    const file = await open(temporary, CREATE_FLAGS, FILE_MODE);
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {});
    throw error;
  }
  await syncDirectory(directory);
}

/** A file that is not there is fine; its directory is synced all the same, as an earlier removal may not have come that far. */
export async function removeDurably(path: string): Promise<void> {
  await unlink(path).catch(ifMissing);
  await syncDirectory(dirname(path)).catch(ifMissing);
}

/** Makes what was created, renamed and removed in the directory durable, where the platform can. */
export async function syncDirectory(directory: string): Promise<void> {
  try {
    const handle = await open(directory, "r");
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (!hasCode(error, "EPERM", "EINVAL", "EISDIR")) throw error;
  }
}

/**
 * Removes the file if the check, made on what is really taken away, still says so. A plain unlink could
 * hit the value that another process wrote between look and removal.
 */
export async function removeIf(path: string, outdated: (taken: string) => Promise<boolean>): Promise<void> {
  const taken = await temporaryPath(dirname(path));
  await rename(path, taken);
  // A link gives way to what was written meanwhile; where the filesystem has none, nothing may be lost either.
  if (!(await outdated(taken)))
    await link(taken, path).catch((error: unknown) => (hasCode(error, "EEXIST") ? undefined : rename(taken, path)));
  await rm(taken, { force: true });
}
