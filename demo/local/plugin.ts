import { readFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { resolve } from "node:path";
import type { Plugin, PreviewServer, ViteDevServer } from "vite";
import { readRequest, sendResponse } from "./node-request.ts";
import { pageHead } from "./page-head.ts";
import { PortalServers } from "./portal-servers.ts";

/** Paths that are the Worker's, as wrangler.jsonc has them, and the inspector's. */
const WORKER_PATHS = /^\/(auth|api|inspector)\//;
const HEADERS = { "Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff" };

/** Beside Vite's server: the Worker in workerd, and the stand-in for Zoho. What they store is in Vite's cacheDir. */
export function localPortal(): Plugin<{ servers: () => PortalServers }> {
  let servers: PortalServers;

  const start = async (vite: ViteDevServer | PreviewServer, devVars: boolean): Promise<void> => {
    servers = new PortalServers({ directory: vite.config.cacheDir, pageOrigins: () => pageOrigins(vite), devVars });
    await servers.start();
    vite.config.logger.info(`  Accounts server: ${servers.accountsServer}`);
    vite.middlewares.use((incoming, outgoing, next) => {
      const { pathname } = new URL(incoming.url ?? "/", "http://portal.invalid");
      if (!WORKER_PATHS.test(pathname)) return next();
      const answer = async (): Promise<void> => sendResponse(await servers.fetch(await readRequest(incoming)), outgoing);
      answer().catch(() => {
        outgoing.statusCode = 502;
        outgoing.end();
      });
    });
  };

  return {
    name: "local-portal",
    apply: "serve",
    api: { servers: () => servers },
    config: () => ({ server: { headers: HEADERS }, preview: { headers: HEADERS } }),
    configureServer: (vite) => start(vite, true),
    transformIndexHtml: () =>
      pageHead(servers.standIn.origin, servers.accountsServer).map((attrs) => ({ tag: "meta", attrs, injectTo: "head-prepend" })),
    closeBundle: () => servers.stop(),

    // The page as it was built; a built page knows nothing of this machine yet.
    async configurePreviewServer(vite) {
      await start(vite, false);
      vite.middlewares.use((incoming, outgoing, next) => {
        const { pathname } = new URL(incoming.url ?? "/", "http://portal.invalid");
        if (pathname !== "/") return next();
        const { root, build } = vite.config;
        readFile(resolve(root, build.outDir, "index.html"), "utf8").then((html) => {
          const metas = pageHead(servers.standIn.origin, servers.accountsServer).map((attrs) => `<meta ${attributes(attrs)}>`);
          outgoing.setHeader("content-type", "text/html; charset=utf-8");
          for (const [name, value] of Object.entries(HEADERS)) outgoing.setHeader(name, value);
          outgoing.end(html.replace("<head>", `<head>${metas.join("")}`));
        }, next);
      });
    },
  };
}

function attributes(attrs: Record<string, string>): string {
  return Object.entries(attrs)
    .map(([name, value]) => `${name}="${value}"`)
    .join(" ");
}

function pageOrigins({ httpServer }: ViteDevServer | PreviewServer): readonly string[] {
  const address = httpServer?.address() as AddressInfo | null | undefined;
  return address ? [`http://127.0.0.1:${address.port}`, `http://localhost:${address.port}`] : [];
}
