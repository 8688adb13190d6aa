import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "vite";
import type { TestProject } from "vitest/node";

declare module "vitest" {
  interface ProvidedContext {
    /** Where the demo's page lies as it is deployed. */
    builtPage: string;
  }
}

export const CONFIG_FILE: string = fileURLToPath(new URL("../../vite.config.ts", import.meta.url));

/** Builds the page once for all files of a project, and provides its folder. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const directory = await mkdtemp(join(tmpdir(), "demo-page-"));
  await build({ configFile: CONFIG_FILE, logLevel: "error", build: { outDir: directory } });
  project.provide("builtPage", directory);
  return () => rm(directory, { recursive: true, force: true });
}
