import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { onTestFinished } from "vitest";

/** A directory for this test alone. */
export async function temporaryDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "ets-fs-"));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

/** The temporary files that writers have, or have left, below the base. */
export async function temporaryFiles(base: string): Promise<string[]> {
  const names = await readdir(base, { recursive: true });
  return names.filter((name) => basename(name).startsWith(".atomic-fs-"));
}
