import { once } from "node:events";
import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { build } from "vite";

const source = (path: string): string => fileURLToPath(new URL(`../../src/${path}`, import.meta.url));

/** The library is at `globalThis.library` once the page has loaded. */
const PAGE = `<!doctype html><title>A page</title><script type="module">
  import * as library from "/store.js";
  globalThis.library = library;
</script>`;

interface PageServerOptions {
  /** The module that the page has as `library`, below `src/`; default the browser store. */
  entry?: string;
  /** Answers requests that are not for the page, before it does. */
  handle?: (request: IncomingMessage, response: ServerResponse) => boolean;
}

/** An empty page with the library in it, as a bundler makes it. */
export async function startPageServer(options: PageServerOptions = {}): Promise<AsyncDisposable & { port: number }> {
  const { entry = "backends/indexeddb/index.ts", handle = () => false } = options;
  const bundled = await build({
    configFile: false,
    logLevel: "silent",
    resolve: { alias: { "#crypto": source("sealing/crypto-web.ts") } },
    build: { write: false, rolldownOptions: { input: source(entry), preserveEntrySignatures: "strict" } },
  });
  const { output } = (Array.isArray(bundled) ? bundled[0] : bundled) as { output: { code: string }[] };
  const server = createServer((request, response) => {
    if (handle(request, response)) return;
    const isScript = request.url === "/store.js";
    response.setHeader("content-type", isScript ? "text/javascript" : "text/html");
    response.end(isScript ? output[0]!.code : PAGE);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
