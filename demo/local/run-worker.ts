import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { convertV4MiniflareOptions, Log, LogLevel, Miniflare } from "miniflare";
import { build } from "vite";
import { librarySource } from "./library-source.ts";

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));

/** A Worker in workerd, with what wrangler.jsonc binds to it. */
export interface RunningWorker {
  /** Where workerd itself listens, until it is started anew. */
  url(): Promise<URL>;
  fetch(request: Request): Promise<Response>;
  /** Starts it anew with these variables over those of wrangler.jsonc. What it has stored stays. */
  restart(variables: Record<string, string>): Promise<void>;
  stop(): Promise<void>;
}

/** The part of wrangler.jsonc that matters here. */
interface Configuration {
  name: string;
  compatibility_date: string;
  compatibility_flags: string[];
  kv_namespaces: { binding: string }[];
  durable_objects: { bindings: { name: string; class_name: string }[] };
  vars: Record<string, string>;
}

export async function runWorker(variables: Record<string, string>, stateDirectory: string): Promise<RunningWorker> {
  const [code, configuration] = await Promise.all([bundle(path("worker.ts")), readConfiguration()]);
  const start = (given: Record<string, string>): Miniflare => new Miniflare(miniflareOptions(code, configuration, given, stateDirectory));
  let worker = start(variables);
  await worker.ready;
  return {
    url: () => worker.ready,
    async fetch(request) {
      // Fetch's own classes are not those of Node: what travels is taken apart.
      const { url, method, headers } = request;
      const body = method === "GET" || method === "HEAD" ? {} : { body: await request.arrayBuffer() };
      const answer = await worker.dispatchFetch(url, { method, headers: [...headers], redirect: "manual", ...body });
      const answered = [...answer.headers].filter(([name]) => !name.startsWith("mf-"));
      return new Response(answer.status === 204 ? null : await answer.arrayBuffer(), { status: answer.status, headers: answered });
    },
    async restart(changed) {
      await worker.dispose();
      worker = start(changed);
      await worker.ready;
    },
    stop: () => worker.dispose(),
  };
}

function miniflareOptions(
  code: string,
  configuration: Configuration,
  variables: Record<string, string>,
  stateDirectory: string,
): ConstructorParameters<typeof Miniflare>[0] {
  return convertV4MiniflareOptions({
    name: configuration.name,
    modules: [{ type: "ESModule", path: "worker.js", contents: code }],
    modulesRoot: "/",
    compatibilityDate: configuration.compatibility_date,
    compatibilityFlags: configuration.compatibility_flags,
    kvNamespaces: Object.fromEntries(configuration.kv_namespaces.map(({ binding }) => [binding, binding])),
    durableObjects: Object.fromEntries(
      configuration.durable_objects.bindings.map(({ name, class_name: className }) => [name, { className, useSQLite: true }]),
    ),
    bindings: { ...configuration.vars, ...variables },
    resourcePersistencePath: stateDirectory,
    log: new Log(LogLevel.ERROR),
  });
}

/** JSON with comments is JavaScript. Wrangler could read it too, but takes seconds to load. */
async function readConfiguration(): Promise<Configuration> {
  const text = await readFile(path("../wrangler.jsonc"), "utf8");
  const module = (await import(`data:text/javascript,export default ${encodeURIComponent(text)}`)) as { default: Configuration };
  return module.default;
}

async function bundle(entry: string): Promise<string> {
  const built = await build({
    configFile: false,
    logLevel: "silent",
    resolve: { alias: librarySource, conditions: ["workerd", "worker", "browser", "import", "default"] },
    ssr: { noExternal: true, target: "webworker" },
    build: {
      ssr: entry,
      write: false,
      minify: false,
      rolldownOptions: { external: [/^cloudflare:/], output: { format: "es", codeSplitting: false } },
    },
  });
  const { output } = (Array.isArray(built) ? built[0] : built) as { output: { code: string }[] };
  return output[0]!.code;
}
