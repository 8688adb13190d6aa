import { execFile } from "node:child_process";
import { cp, mkdtemp, readdir, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { TestProject } from "vitest/node";

declare module "vitest" {
  interface ProvidedContext {
    /** The path of the package as `npm pack` makes it. */
    tarball: string;
  }
}

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const NOT_SOURCE = new Set(["node_modules", ".git", "dist", "dist-demo", "coverage", "test-results", ".wrangler"]);

/** Packs the package once for all files of a project, and provides the path of the tarball. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const directory = await mkdtemp(join(tmpdir(), "ets-packed-"));
  project.provide("tarball", await pack(directory));
  return () => rm(directory, { recursive: true, force: true });
}

/** Returns the path of the tarball. Builds in a copy: the project's own dist may be in use, or be made anew, by another test. */
export async function pack(directory: string): Promise<string> {
  const copy = join(directory, "copy");
  await cp(ROOT, copy, { recursive: true, filter: (path) => !NOT_SOURCE.has(basename(path)) });
  await symlink(join(ROOT, "node_modules"), join(copy, "node_modules"));
  await promisify(execFile)("npm", ["pack", "--pack-destination", directory], { cwd: copy });
  return join(
    directory,
    (await readdir(directory)).find((name) => name.endsWith(".tgz"))!,
  );
}
