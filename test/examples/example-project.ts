import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdir, mkdtemp, readFile, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { freePort } from "../support/free-port.ts";

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const INSTALLED = join(ROOT, "node_modules");
const START_TIMEOUT_MS = 60_000;

interface Manifest {
  scripts: Record<string, string>;
  dependencies: Record<string, string>;
  devDependencies?: Record<string, string>;
}

/** An example as somebody has it who copied it: in a folder of its own, with the packed package. */
export class ExampleProject {
  readonly directory: string;
  readonly #manifest: Manifest;

  private constructor(directory: string, manifest: Manifest) {
    this.directory = directory;
    this.#manifest = manifest;
  }

  /** Whatever else its package.json names is linked from this project's own modules, and nothing more. */
  static async open(name: string, tarball: string): Promise<ExampleProject> {
    const directory = await mkdtemp(join(tmpdir(), `ets-example-${name}-`));
    await cp(join(ROOT, "examples", name), directory, { recursive: true, filter: (path) => !path.includes("node_modules") });
    const manifest = JSON.parse(await readFile(join(directory, "package.json"), "utf8")) as Manifest;
    const { "edge-token-store": itself, ...dependencies } = manifest.dependencies;
    if (itself === undefined) throw new Error(`The example ${name} does not depend on edge-token-store.`);
    const modules = join(directory, "node_modules");
    const own = join(modules, "edge-token-store");
    await mkdir(own, { recursive: true });
    await run("tar", ["-xzf", tarball, "--strip-components=1", "-C", own]);
    await link("idb", join(own, "node_modules"));
    for (const dependency of Object.keys({ ...dependencies, ...manifest.devDependencies })) await link(dependency, modules);
    return new ExampleProject(directory, manifest);
  }

  /** Runs one of its scripts to the end. */
  async run(script: string, ...args: string[]): Promise<void> {
    const command = [this.#manifest.scripts[script], ...args].join(" ");
    await run("sh", ["-c", command], { cwd: this.directory, env: this.#environment }).catch((error: { stdout: string; stderr: string }) => {
      throw new Error(`${command}: ${error.stdout}${error.stderr}`);
    });
  }

  /** Runs one of its scripts, which is one command that serves on `--port`. Resolves once it answers. */
  async serve(script: string): Promise<AsyncDisposable & { url: string }> {
    const port = await freePort();
    const url = `http://127.0.0.1:${port}/`;
    const command = `exec ${this.#manifest.scripts[script]} --port ${port}`;
    const child = spawn("sh", ["-c", command], { cwd: this.directory, env: this.#environment, stdio: "ignore" });
    const ended = once(child, "exit");
    const deadline = Date.now() + START_TIMEOUT_MS;
    while (
      !(await fetch(url)
        .then(({ ok }) => ok)
        .catch(() => false))
    ) {
      if (child.exitCode !== null || Date.now() > deadline) throw new Error(`${command} does not serve.`);
      await sleep(50);
    }
    return {
      url,
      [Symbol.asyncDispose]: async () => {
        child.kill();
        await ended;
      },
    };
  }

  get #environment(): NodeJS.ProcessEnv {
    // Vitest sets NODE_ENV to "test", which nobody does who runs an example.
    const { NODE_ENV: _, ...environment } = process.env;
    return { ...environment, PATH: `${join(INSTALLED, ".bin")}:${environment["PATH"]}` };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.directory, { recursive: true, force: true });
  }
}

async function link(name: string, modules: string): Promise<void> {
  await mkdir(dirname(join(modules, name)), { recursive: true });
  await symlink(join(INSTALLED, name), join(modules, name));
}
