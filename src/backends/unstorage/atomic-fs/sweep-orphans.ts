import { readdir, unlink } from "node:fs/promises";
import { join } from "node:path";
import type { OrphanCounts } from "../orphan-sweeper.ts";
import { ifMissing } from "./file-errors.ts";
import { hasOwnPrefix, isOrphan } from "./temporary-file.ts";

/** Finds, and removes, what killed writers left at and below the directory. What stands in its way it leaves, and never rejects. */
export async function sweepOrphans(
  directory: string,
  { remove }: { remove: boolean },
  counts: OrphanCounts = { found: 0, removed: 0 },
): Promise<OrphanCounts> {
  const entries = await readdir(directory, { withFileTypes: true }).catch(() => []);
  for (const entry of entries) {
    if (entry.isDirectory()) await sweepOrphans(join(directory, entry.name), { remove }, counts);
    else if (hasOwnPrefix(entry.name) && (await isOrphan(directory, entry.name).catch(() => false))) {
      counts.found++;
      if (remove && (await isRemoved(join(directory, entry.name)))) counts.removed++;
    }
  }
  return counts;
}

function isRemoved(path: string): Promise<boolean> {
  return unlink(path)
    .catch(ifMissing)
    .then(
      () => true,
      () => false,
    );
}
