import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { rolldown } from "rolldown";
import type { OutputAsset, OutputChunk } from "rolldown";

export interface BundleOptions {
  /** From where packages are found. */
  readonly root: string;
  readonly external?: readonly string[];
}

/**
 * The bytes after gzip that a page or Worker loads for this code, bundled and minified by Rolldown, which is Vite's bundler: the
 * entry and what it imports statically. What is loaded when it is needed, for one engine alone, is not part of it; that is why
 * this is not left to size-limit, which takes all that can be loaded for one bundle.
 */
export async function bundleSize(code: string, { root, external = [] }: BundleOptions): Promise<number> {
  const entry = join(root, "size-entry.js");
  const bundle = await rolldown({
    input: entry,
    platform: "browser",
    external: [...external, /^(node|cloudflare):/],
    plugins: [{ name: "entry", resolveId: (id) => (id === entry ? id : undefined), load: (id) => (id === entry ? code : undefined) }],
    preserveEntrySignatures: "strict",
  });
  try {
    const { output } = await bundle.generate({ format: "es", minify: true });
    const text = loadedAtOnce(output.filter(isChunk))
      .map((chunk) => chunk.code)
      .join("");
    return gzipSync(text, { level: 9 }).length;
  } finally {
    await bundle.close();
  }
}

function isChunk(file: OutputAsset | OutputChunk): file is OutputChunk {
  return file.type === "chunk";
}

function loadedAtOnce(output: readonly OutputChunk[]): OutputChunk[] {
  const chunks = new Map(output.map((chunk) => [chunk.fileName, chunk]));
  const loaded = new Set<OutputChunk>();
  const load = (chunk: OutputChunk | undefined): void => {
    if (!chunk || loaded.has(chunk)) return;
    loaded.add(chunk);
    for (const name of chunk.imports) load(chunks.get(name));
  };
  load(output.find(({ isEntry }) => isEntry));
  return [...loaded];
}
