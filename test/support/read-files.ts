import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

/** The paths and the contents of all files below the directory. */
export async function readFiles(base: string): Promise<Uint8Array[]> {
  const entries = await readdir(base, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  return (await Promise.all(files.map(async (file) => [Buffer.from(file), await readFile(file)]))).flat();
}
