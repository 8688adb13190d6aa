import type { AddressInfo } from "node:net";
import type { HtmlTagDescriptor, Plugin, ViteDevServer } from "vite";
import { PORTAL_CLIENT } from "./client.ts";
import { startStandIn } from "./server.ts";
import type { StandIn } from "./server.ts";

/** Runs the stand-in beside Vite's dev server, and tells the page where it listens. */
export function standIn(): Plugin<{ stop: () => Promise<void> }> {
  let running: StandIn | undefined;
  const stop = async (): Promise<void> => {
    const stopping = running;
    running = undefined;
    await stopping?.stop();
  };
  let origin = "";
  return {
    name: "zylker-stand-in",
    apply: "serve",
    api: { stop },
    config: () => ({ server: { headers: { "Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff" } } }),
    async configureServer(server) {
      running = await startStandIn(() => pageOrigins(server));
      origin = running.origin;
      server.config.logger.info(`  Stand-in for Zoho's accounts and CRM API servers: ${origin}`);
    },
    transformIndexHtml: () => [
      // First of all, since a policy in a meta element holds only for what follows it.
      meta({ "http-equiv": "Content-Security-Policy", content: contentSecurityPolicy(origin) }),
      meta({ name: "accounts-server", content: origin }),
      meta({ name: "client-id", content: PORTAL_CLIENT.id }),
    ],
    closeBundle: stop,
  };
}

/** The page's own files, and the one server it calls. 'self' covers the web socket of Vite's dev client. */
function contentSecurityPolicy(standInOrigin: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    `connect-src 'self' ${standInOrigin}`,
    "form-action 'none'",
    "base-uri 'none'",
  ].join("; ");
}

function pageOrigins({ httpServer }: ViteDevServer): readonly string[] {
  const address = httpServer?.address() as AddressInfo | null | undefined;
  return address ? [`http://127.0.0.1:${address.port}`, `http://localhost:${address.port}`] : [];
}

function meta(attrs: Record<string, string>): HtmlTagDescriptor {
  return { tag: "meta", attrs, injectTo: "head-prepend" };
}
