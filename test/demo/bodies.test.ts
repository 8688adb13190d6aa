import { once } from "node:events";
import { connect } from "node:net";
import type { Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startDemoSite } from "./demo-site.ts";
import type { DemoSite } from "./demo-site.ts";
import { WorkerClient } from "./worker-client.ts";

const LIMIT_BYTES = 4096;
const MAX_TRIES = 5;

let site: DemoSite;
beforeAll(async () => {
  site = await startDemoSite();
});
afterAll(() => site[Symbol.asyncDispose]());

interface Answer {
  status: number;
  /** The head and the body. */
  text: string;
}

/** A request to workerd itself, written by hand: no client corrects it, and it ends only where the test ends it. */
class RawRequest implements Disposable {
  readonly #socket: Socket;
  #answer = "";

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.setEncoding("latin1");
    socket.on("data", (text: string) => (this.#answer += text));
    // The Worker may hang up on what it refuses.
    socket.on("error", () => {});
  }

  static async open(...headers: string[]): Promise<RawRequest> {
    const { hostname, port, host, origin } = await site.servers.workerUrl();
    const socket = connect(Number(port), hostname);
    await once(socket, "connect");
    const request = new RawRequest(socket);
    const head = ["POST /auth/logout HTTP/1.1", `Host: ${host}`, `Origin: ${origin}`, "X-Portal: 1", "Connection: close", ...headers];
    socket.write(`${head.join("\r\n")}\r\n\r\n`);
    return request;
  }

  get isAnswered(): boolean {
    return this.#answer !== "" || this.#socket.destroyed;
  }

  write(text: string): void {
    if (!this.#socket.destroyed) this.#socket.write(text);
  }

  writeChunk(text: string): void {
    this.write(`${text.length.toString(16)}\r\n${text}\r\n`);
  }

  /** What came back; nothing where the connection broke before all of it was read. */
  async answer(): Promise<Answer | undefined> {
    const complete = /^HTTP\/1\.1 \d{3}[^]*\r\n\r\n[^]*(\}|\r\n0\r\n\r\n)/;
    await expect.poll(() => this.#socket.destroyed || complete.test(this.#answer)).toBe(true);
    return complete.test(this.#answer) ? { status: Number(this.#answer.slice(9, 12)), text: this.#answer } : undefined;
  }

  [Symbol.dispose](): void {
    this.#socket.destroy();
  }
}

/**
 * The answer to a request of which `send` writes the body. A server that hangs up on what it refuses may reset the
 * connection under what is still being written, and the answer is lost with it (RFC 9112 §9.6): then it is asked again.
 */
async function ask(headers: string[], send: (request: RawRequest) => void | Promise<void>): Promise<Answer | undefined> {
  for (let tries = 1; ; tries++) {
    using request = await RawRequest.open(...headers);
    await send(request);
    const answer = await request.answer();
    if (answer || tries === MAX_TRIES) return answer;
  }
}

describe("a body that a request to the Worker brings", () => {
  test("is refused by the length that it declares, before it comes", async () => {
    const answer = await ask([`Content-Length: ${LIMIT_BYTES + 1}`], (request) => request.write("x"));
    expect(answer).toMatchObject({ status: 413, text: expect.stringContaining("TOO_LARGE") });
  });

  test("is refused when it grows too large without a declared length, although it never ends", async () => {
    let sent = 0;
    const answer = await ask(["Transfer-Encoding: chunked"], async (request) => {
      for (sent = 0; !request.isAnswered; sent += 1024) {
        request.writeChunk("x".repeat(1024));
        await sleep(5);
      }
    });
    expect(answer).toMatchObject({ status: 413, text: expect.stringContaining("TOO_LARGE") });
    expect(sent).toBeGreaterThan(LIMIT_BYTES);
    console.log(`refused after ${sent} bytes of a body without an end`);
  });

  test("is refused when it takes too long, however small it is", async () => {
    const answer = await ask(["Transfer-Encoding: chunked"], async (request) => {
      while (!request.isAnswered) {
        request.writeChunk("x");
        await sleep(100);
      }
    });
    expect(answer).toMatchObject({ status: 408, text: expect.stringContaining("TOO_SLOW") });
  });

  test("is refused where it declares a small length and comes in chunks all the same", async () => {
    const answer = await ask(["Content-Length: 1", "Transfer-Encoding: chunked"], (request) => {
      for (let count = 0; count < 8; count++) request.writeChunk("x".repeat(1024));
    });
    expect([400, 413]).toContain(answer?.status);
  });

  test.for([1, LIMIT_BYTES])("is taken where it has %d bytes, in chunks", async (size) => {
    const answer = await ask(["Transfer-Encoding: chunked"], (request) => {
      request.writeChunk("x".repeat(size));
      request.write("0\r\n\r\n");
    });
    expect(answer).toMatchObject({ status: 200, text: expect.stringContaining('"revoked":true') });
  });

  test("is refused through the server of the page too, and the session goes on", async () => {
    const client = new WorkerClient(site);
    await client.logIn();
    const headers = { origin: client.origin, "x-portal": "1" };
    const declared = await client.send("/auth/logout", { method: "POST", headers, body: "x".repeat(2 * LIMIT_BYTES) });
    expect(declared.status).toBe(413);
    const endless = new ReadableStream({
      async pull(controller) {
        await sleep(1);
        controller.enqueue(new TextEncoder().encode("x".repeat(1024)));
      },
    });
    const streamed = { method: "POST", headers, body: endless, duplex: "half" } as const;
    expect((await client.send("/auth/logout", streamed)).status).toBe(413);
    expect(await client.isLoggedIn()).toBe(true);
  });
});
