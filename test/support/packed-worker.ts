import { execFile } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { convertV4MiniflareOptions, Miniflare } from "miniflare";

const WRANGLER = fileURLToPath(new URL("../../node_modules/.bin/wrangler", import.meta.url));

/** The part of wrangler.jsonc that matters here. */
interface Configuration {
  compatibility_date: string;
  compatibility_flags?: string[];
  kv_namespaces?: { binding: string }[];
  durable_objects?: { bindings: { name: string; class_name: string }[] };
  vars?: Record<string, string>;
}

/** Bundles the Worker of a folder as `wrangler deploy` does, without deploying it. Returns the code. */
export async function bundleWorker(directory: string): Promise<string> {
  const built = join(directory, "built");
  const args = ["deploy", "--dry-run", "--outdir", built];
  const env = { ...process.env, WRANGLER_SEND_METRICS: "false", CI: "true" };
  await promisify(execFile)(WRANGLER, args, { cwd: directory, env }).catch((error: { stdout: string; stderr: string }) => {
    throw new Error(`wrangler deploy: ${error.stdout}${error.stderr}`);
  });
  const script = (await readdir(built)).find((name) => name.endsWith(".js"));
  return readFile(join(built, script!), "utf8");
}

interface WorkerOptions {
  /** Beside those in wrangler.jsonc. */
  variables: Record<string, string>;
  /** A module that is called in its place, and has it as `./worker.js`. */
  wrapper?: string;
}

/** Runs a bundled Worker in workerd, with the bindings of the folder's wrangler.jsonc. */
export async function startWorker(directory: string, code: string, { variables, wrapper }: WorkerOptions): Promise<Miniflare> {
  const configuration = await readConfiguration(directory);
  const worker = new Miniflare(
    convertV4MiniflareOptions({
      modules: [
        ...(wrapper === undefined ? [] : [{ type: "ESModule" as const, path: "wrapper.js", contents: wrapper }]),
        { type: "ESModule", path: "worker.js", contents: code },
      ],
      modulesRoot: "/",
      compatibilityDate: configuration.compatibility_date,
      compatibilityFlags: configuration.compatibility_flags ?? [],
      kvNamespaces: configuration.kv_namespaces?.map(({ binding }) => binding) ?? [],
      durableObjects: Object.fromEntries(
        (configuration.durable_objects?.bindings ?? []).map(({ name, class_name: className }) => [name, { className, useSQLite: true }]),
      ),
      bindings: { ...configuration.vars, ...variables },
    }),
  );
  await worker.ready;
  return worker;
}

/** JSON with comments is JavaScript. */
async function readConfiguration(directory: string): Promise<Configuration> {
  const text = await readFile(join(directory, "wrangler.jsonc"), "utf8");
  const module = (await import(`data:text/javascript,export default ${encodeURIComponent(text)}`)) as { default: Configuration };
  return module.default;
}
