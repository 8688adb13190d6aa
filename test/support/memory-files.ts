import { existsSync, statfsSync } from "node:fs";

const MEMORY = "/dev/shm";
const ENOUGH_BYTES = 2 ** 30;

/**
 * Has temporary files lie in memory, here and in the processes that are started from here. Browsers, workerd and file
 * drivers sync every write to the disk: in memory they take a fraction of the time, and no test pulls the plug. A
 * container can have too little of it.
 */
export function keepTemporaryFilesInMemory(): void {
  if (!existsSync(MEMORY)) return;
  const { bavail, bsize } = statfsSync(MEMORY);
  if (bavail * bsize > ENOUGH_BYTES) process.env["TMPDIR"] ??= MEMORY;
}
