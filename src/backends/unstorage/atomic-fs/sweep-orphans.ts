import { readdir, unlink } from "node:fs/promises";
import { join } from "node:path";
import { hasOwnPrefix, isOrphan } from "./temporary-file.ts";

/** Removes what killed writers left, at and below the directory. What stands in its way it leaves, and never rejects. */
export async function sweepOrphans(directory: string): Promise<void> {
  const entries = await readdir(directory, { withFileTypes: true }).catch(() => []);
  for (const entry of entries) {
    if (entry.isDirectory()) await sweepOrphans(join(directory, entry.name));
    else if (hasOwnPrefix(entry.name)) await removeOrphan(directory, entry.name).catch(() => {});
  }
}

async function removeOrphan(directory: string, name: string): Promise<void> {
  if (await isOrphan(directory, name)) await unlink(join(directory, name));
}
