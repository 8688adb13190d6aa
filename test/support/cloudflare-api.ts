import { createServer } from "node:http";
import type { IncomingMessage, Server } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";

/** How many keys a list answers at once. Cloudflare's is 1,000; fewer make a test turn the page. */
const PAGE = 10;

/** Workers KV's part of Cloudflare's REST API, as its reference describes it, for one namespace. */
export class CloudflareApi {
  readonly values: Map<string, string> = new Map<string, string>();
  readonly #server: Server;
  readonly #path: string;
  readonly #token: string;

  private constructor({ path, token }: { path: string; token: string }) {
    this.#path = path;
    this.#token = token;
    this.#server = createServer((request, response) => {
      void this.#answer(request).then(({ status, body, type = "application/json" }) => {
        response.writeHead(status, { "content-type": type }).end(body);
      });
    });
  }

  static async start({ account, namespace, token }: { account: string; namespace: string; token: string }): Promise<CloudflareApi> {
    const api = new CloudflareApi({ path: `/client/v4/accounts/${account}/storage/kv/namespaces/${namespace}`, token });
    api.#server.listen(0, "127.0.0.1");
    await once(api.#server, "listening");
    return api;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, "close");
  }

  async #answer(request: IncomingMessage): Promise<{ status: number; body: string; type?: string }> {
    const { pathname, searchParams } = new URL(request.url!, this.url);
    if (request.headers.authorization !== `Bearer ${this.#token}`) return failed(403, 10_000, "Authentication error");
    if (!pathname.startsWith(`${this.#path}/`)) return failed(404, 10_013, "namespace not found");
    const [kind, name = ""] = pathname.slice(this.#path.length + 1).split("/");
    const key = decodeURIComponent(name);
    if (kind === "keys") return this.#keys(searchParams);
    if (request.method === "PUT") this.values.set(key, await text(request));
    else if (request.method === "DELETE") this.values.delete(key);
    else {
      const value = this.values.get(key);
      if (value === undefined) return failed(404, 10_009, "key not found");
      if (kind === "values") return { status: 200, body: value, type: "application/octet-stream" };
    }
    return succeeded(null);
  }

  #keys(parameters: URLSearchParams): { status: number; body: string } {
    const names = [...this.values.keys()].filter((name) => name.startsWith(parameters.get("prefix") ?? "")).sort();
    const start = Number(parameters.get("cursor") ?? 0);
    const cursor = start + PAGE < names.length ? String(start + PAGE) : "";
    return succeeded(
      names.slice(start, start + PAGE).map((name) => ({ name })),
      { cursor },
    );
  }
}

function succeeded(result: unknown, info: object = {}): { status: number; body: string } {
  return { status: 200, body: JSON.stringify({ success: true, errors: [], messages: [], result, result_info: info }) };
}

function failed(status: number, code: number, message: string): { status: number; body: string } {
  return { status, body: JSON.stringify({ success: false, errors: [{ code, message }], messages: [], result: null }) };
}
