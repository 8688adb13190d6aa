import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "vite";

interface Chunk {
  readonly fileName: string;
  readonly isEntry?: boolean;
  readonly code: string;
  readonly imports: readonly string[];
}

export interface BundleOptions {
  /** From where packages are found. */
  readonly root: string;
  readonly external?: readonly string[];
}

/**
 * The bytes after gzip that a page or Worker loads for this code, bundled and minified by Vite: the entry and what it imports
 * statically. What is loaded when it is needed, for one engine alone, is not part of it; that is why this is not left to
 * size-limit, which takes all that can be loaded for one bundle.
 */
export async function bundleSize(code: string, { root, external = [] }: BundleOptions): Promise<number> {
  const entry = join(root, "size-entry.js");
  const result = await build({
    root,
    configFile: false,
    logLevel: "silent",
    plugins: [{ name: "entry", resolveId: (id) => (id === entry ? id : undefined), load: (id) => (id === entry ? code : undefined) }],
    build: {
      write: false,
      modulePreload: false,
      rolldownOptions: { input: entry, external: [...external, /^(node|cloudflare):/], preserveEntrySignatures: "strict" },
    },
  });
  const { output } = (Array.isArray(result) ? result[0] : result) as { output: Chunk[] };
  const text = loadedAtOnce(output)
    .map((chunk) => chunk.code)
    .join("");
  return gzipSync(text, { level: 9 }).length;
}

function loadedAtOnce(output: readonly Chunk[]): Chunk[] {
  const chunks = new Map(output.map((chunk) => [chunk.fileName, chunk]));
  const loaded = new Set<Chunk>();
  const load = (chunk: Chunk | undefined): void => {
    if (!chunk || loaded.has(chunk)) return;
    loaded.add(chunk);
    for (const name of chunk.imports) load(chunks.get(name));
  };
  load(output.find(({ isEntry }) => isEntry));
  return [...loaded];
}
