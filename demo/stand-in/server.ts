import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { answerAccounts } from "./accounts.ts";
import { allowPage } from "./cors.ts";
import { answerCrm } from "./crm.ts";
import { StandInState } from "./state.ts";

const HOST = "127.0.0.1";

export interface StandIn {
  readonly origin: string;
  readonly state: StandInState;
  stop(): Promise<void>;
}

export interface StandInOptions {
  /** Default: any that is free. */
  port?: number;
  /** What one before it remembered. */
  state?: StandInState;
  /** Is called with each change of the state, before it is answered. */
  save?: (state: StandInState) => void;
}

/** Starts Zoho's accounts and API servers, as one, on this machine. */
export async function startStandIn(
  pageOrigins: () => readonly string[],
  { port = 0, state = new StandInState(), save }: StandInOptions = {},
): Promise<StandIn> {
  let origin = "";

  const answer = async (request: Request): Promise<Response> => {
    if (request.method === "OPTIONS") return new Response(null, { status: 204 });
    if (new URL(request.url).pathname === "/log-in-page.css") return styleSheet();
    const response = (await answerAccounts(request, { state, pageOrigins, apiDomain: origin })) ?? answerCrm(request, state);
    if (request.method === "POST") save?.(state);
    return response ?? new Response("Not found", { status: 404 });
  };
  const server = createServer((incoming, outgoing) => {
    readRequest(incoming, origin)
      .then(async (request) => send(allowPage(request, await answer(request), pageOrigins()), outgoing))
      .catch(() => outgoing.writeHead(500).end());
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, HOST, resolve);
  });
  state.port = (server.address() as AddressInfo).port;
  origin = `http://${HOST}:${state.port}`;

  return {
    origin,
    state,
    async stop() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

async function readRequest(incoming: IncomingMessage, origin: string): Promise<Request> {
  const { method = "GET", url = "/", headers } = incoming;
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  return new Request(new URL(url, origin), {
    method,
    headers: { origin: headers.origin ?? "", authorization: headers.authorization ?? "" },
    body: chunks.length > 0 ? Buffer.concat(chunks) : null,
  });
}

async function send(response: Response, outgoing: ServerResponse): Promise<void> {
  outgoing.writeHead(response.status, Object.fromEntries(response.headers));
  outgoing.end(Buffer.from(await response.arrayBuffer()));
}

async function styleSheet(): Promise<Response> {
  const css = await readFile(new URL("log-in-page.css", import.meta.url));
  return new Response(css, { headers: { "Content-Type": "text/css; charset=utf-8" } });
}
