import { join } from "node:path";
import type { IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import type { HtmlTagDescriptor, Plugin, ViteDevServer } from "vite";
import { PORTAL_CLIENT } from "../stand-in/client.ts";
import { startStandIn } from "../stand-in/server.ts";
import type { StandIn } from "../stand-in/server.ts";
import type { RunningWorker } from "./run-worker.ts";
import { readSecret, replaceSecret } from "./secrets.ts";
import { readVariables } from "./variables.ts";

/** Where a second start finds the stand-in that the first one's tokens are for; any other port where this one is taken. */
const STAND_IN_PORT = 5199;

/** Paths that are the Worker's, as wrangler.jsonc has them, and the inspector's. */
const WORKER_PATHS = /^\/(auth|api|inspector)\//;
const MAX_BODY_BYTES = 64 * 1024;

/** What the tests do to a portal that runs. */
export interface LocalPortal {
  standIn(): StandIn;
  stopStandIn(): Promise<void>;
  startStandIn(): Promise<void>;
  restartWorker(variables?: Record<string, string>): Promise<void>;
}

/** Beside Vite's dev server: the Worker in workerd, and the stand-in for Zoho. What they store is in Vite's cacheDir. */
export function localPortal(): Plugin<LocalPortal> {
  let standIn: StandIn | undefined;
  let stopped: StandIn | undefined;
  let worker: RunningWorker | undefined;
  let server: ViteDevServer;
  let variables: Record<string, string> = {};
  let secretFile = "";
  let isTest = false;

  const startAccounts = async (): Promise<void> => {
    const origins = (): readonly string[] => pageOrigins(server);
    const before = stopped ? { state: stopped.state, port: Number(new URL(stopped.origin).port) } : { port: isTest ? 0 : STAND_IN_PORT };
    standIn = await startStandIn(origins, before).catch(() => startStandIn(origins));
  };
  const stopAccounts = async (): Promise<void> => {
    stopped = standIn;
    standIn = undefined;
    await stopped?.stop();
  };
  const restartWorker = async (changed: Record<string, string> = {}): Promise<void> => {
    variables = { ...variables, ...changed };
    await worker?.restart(variables);
  };
  /** As a deployment does it: both secrets, then move the records, then the new one alone. */
  const rotate = async (request: Request): Promise<Response> => {
    const previous = variables["TOKEN_SECRET"]!;
    const secret = await replaceSecret(secretFile);
    await restartWorker({ TOKEN_SECRET: secret, TOKEN_SECRET_PREVIOUS: previous });
    const moved = await worker!.fetch(new Request(new URL("/inspector/move", request.url), request));
    if (moved.ok) await restartWorker({ TOKEN_SECRET_PREVIOUS: "" });
    return moved;
  };

  return {
    name: "local-portal",
    apply: "serve",
    api: { standIn: () => standIn!, stopStandIn: stopAccounts, startStandIn: startAccounts, restartWorker },
    config: () => ({ server: { headers: { "Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff" } } }),
    async configureServer(started) {
      server = started;
      const { cacheDir, logger, server: options } = server.config;
      isTest = options.port === 0;
      await startAccounts();
      secretFile = join(cacheDir, "token-secret");
      variables = { TOKEN_SECRET: await readSecret(secretFile), ...(await readVariables(standIn!.origin)) };
      // Only where it is run: building the page needs no workerd.
      const { runWorker } = await import("./run-worker.ts");
      worker = await runWorker(variables, join(cacheDir, "state"));
      logger.info(`  Accounts server: ${variables["ZOHO_ACCOUNTS_SERVER"]}`);

      server.middlewares.use((incoming, outgoing, next) => {
        const { pathname } = new URL(incoming.url ?? "/", "http://portal.invalid");
        if (!WORKER_PATHS.test(pathname)) return next();
        const answer = async (): Promise<void> => {
          const request = await readRequest(incoming);
          const response = pathname === "/inspector/rotate" ? await rotate(request) : await worker!.fetch(request);
          outgoing.statusCode = response.status;
          for (const [name, value] of response.headers) if (name !== "set-cookie") outgoing.setHeader(name, value);
          outgoing.setHeader("set-cookie", response.headers.getSetCookie());
          outgoing.end(Buffer.from(await response.arrayBuffer()));
        };
        answer().catch(() => {
          outgoing.statusCode = 502;
          outgoing.end();
        });
      });
    },
    transformIndexHtml: () => [
      // First of all, since a policy in a meta element holds only for what follows it.
      meta({ "http-equiv": "Content-Security-Policy", content: contentSecurityPolicy((standIn ?? stopped)!.origin) }),
      meta({ name: "accounts-server", content: (standIn ?? stopped)!.origin }),
      meta({ name: "client-id", content: PORTAL_CLIENT.id }),
      meta({ name: "inspector", content: "local" }),
    ],
    async closeBundle() {
      await Promise.all([stopAccounts(), worker?.stop()]);
      worker = undefined;
    },
  };
}

async function readRequest(incoming: IncomingMessage): Promise<Request> {
  const { method = "GET", url = "/", headers } = incoming;
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming) {
    size += (chunk as Buffer).length;
    // The Worker refuses far less; this only keeps the memory of this process.
    if (size <= MAX_BODY_BYTES) chunks.push(chunk as Buffer);
  }
  const given = Object.entries(headers).flatMap(([name, value]): [string, string][] =>
    value === undefined || ["host", "connection", "content-length", "transfer-encoding"].includes(name)
      ? []
      : [[name, [value].flat().join(", ")]],
  );
  return new Request(new URL(url, `http://${headers.host}`), {
    method,
    headers: given,
    body: method === "GET" || method === "HEAD" || chunks.length === 0 ? null : Buffer.concat(chunks),
  });
}

/** The page's own files, its Worker, and the one other server that it calls. 'self' covers the web socket of Vite's dev client. */
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
