import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "vite";

interface Size {
  readonly name: string;
  /** Minified and gzipped. */
  readonly bytes: number;
  readonly bar?: number;
}

const dist = (path: string): string => fileURLToPath(new URL(`../../dist/${path}`, import.meta.url));

const BUNDLES: readonly { name: string; code: string; bar?: number; external?: string[] }[] = [
  {
    name: "edge-token-store/indexeddb, with idb and sealing",
    code: `export { createIndexedDBTokenStore } from ${JSON.stringify(dist("backends/indexeddb/index.js"))}`,
    bar: 8000,
  },
  {
    name: "edge-token-store/unstorage, with sealing, without unstorage",
    code: `export { createUnstorageTokenStore } from ${JSON.stringify(dist("backends/unstorage/index.js"))}`,
    bar: 7000,
    external: ["unstorage"],
  },
  { name: "idb-keyval (no look-ups, no sealing)", code: `export * from "idb-keyval"` },
  { name: "localforage (no look-ups, no sealing)", code: `export { default } from "localforage"` },
  { name: "dexie (no sealing)", code: `export { default } from "dexie"` },
  { name: "oidc-client-ts, web storage", code: `export { WebStorageStateStore, UserManager } from "oidc-client-ts"` },
  { name: "auth0-spa-js", code: `export { Auth0Client } from "@auth0/auth0-spa-js"` },
  { name: "msal-browser", code: `export { PublicClientApplication } from "@azure/msal-browser"` },
  { name: "atproto oauth-client-browser", code: `export { BrowserOAuthClient } from "@atproto/oauth-client-browser"` },
];

interface Chunk {
  readonly fileName: string;
  readonly isEntry?: boolean;
  readonly code: string;
  readonly imports: readonly string[];
}

/** The entry and what it imports statically. What is loaded when it is needed, for one engine alone, is not part of it. */
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

/** What a page downloads for each, bundled by Vite for the browser. */
export async function measureSizes(): Promise<Size[]> {
  const root = fileURLToPath(new URL("..", import.meta.url));
  const sizes: Size[] = [];
  for (const { name, code, bar, external = [] } of BUNDLES) {
    // In the benchmark's own folder, so that its packages are found.
    const entry = join(root, `.size-entry-${sizes.length}.js`);
    await writeFile(entry, code);
    const result = await build({
      root,
      configFile: false,
      logLevel: "silent",
      build: {
        write: false,
        modulePreload: false,
        rolldownOptions: { input: entry, external, preserveEntrySignatures: "strict" },
      },
    }).finally(() => rm(entry));
    const { output } = (Array.isArray(result) ? result[0] : result) as { output: Chunk[] };
    const text = loadedAtOnce(output)
      .map((chunk) => chunk.code)
      .join("");
    sizes.push({ name, bytes: gzipSync(text, { level: 9 }).length, ...(bar === undefined ? {} : { bar }) });
  }
  return sizes;
}
