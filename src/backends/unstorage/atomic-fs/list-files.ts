import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { ifMissing } from "./file-errors.ts";
import { isSegment } from "./paths.ts";

/** The files below the directory that can be keys', by their segments. It follows no links and leaves out what vanishes meanwhile. */
export async function* listFiles(directory: string, segments: readonly string[]): AsyncGenerator<string[]> {
  const entries = (await readdir(directory, { withFileTypes: true }).catch(ifMissing)) ?? [];
  for (const entry of entries) {
    if (!isSegment(entry.name)) continue;
    const below = [...segments, entry.name];
    if (entry.isFile()) yield below;
    else if (entry.isDirectory()) yield* listFiles(join(directory, entry.name), below);
  }
}
