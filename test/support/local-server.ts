import { once } from "node:events";
import { createServer } from "node:http";
import type { IncomingMessage, Server } from "node:http";
import type { AddressInfo } from "node:net";

export interface LocalAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** What is no text is sent as JSON. */
  readonly body?: string | object;
}

/** An HTTP server of a test's own, on a free port. Answers that are no JSON say so in their headers. */
export class LocalServer {
  readonly #server: Server;

  private constructor(answer: (request: IncomingMessage) => Promise<LocalAnswer>) {
    this.#server = createServer((request, response) => {
      void answer(request).then(({ status = 200, headers, body = "" }) => {
        const text = typeof body === "string" ? body : JSON.stringify(body);
        response.writeHead(status, { "content-type": "application/json;charset=UTF-8", ...headers }).end(text);
      });
    });
  }

  static async start(answer: (request: IncomingMessage) => Promise<LocalAnswer>): Promise<LocalServer> {
    const server = new LocalServer(answer);
    server.#server.listen(0, "127.0.0.1");
    await once(server.#server, "listening");
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, "close");
  }
}
