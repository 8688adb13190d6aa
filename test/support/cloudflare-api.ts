import type { IncomingMessage } from "node:http";
import { text } from "node:stream/consumers";
import { LocalServer } from "./local-server.ts";
import type { LocalAnswer } from "./local-server.ts";

/** How many keys a list answers at once. Cloudflare's is 1,000; fewer make a test turn the page. */
const PAGE = 10;

/** In UTF-8, https://developers.cloudflare.com/kv/platform/limits/. */
const LONGEST_KEY_BYTES = 512;

export interface CloudflareApiOptions {
  account: string;
  namespace: string;
  token: string;
  pageSize?: number;
}

/** Workers KV's part of Cloudflare's REST API, as its reference describes it, for one namespace. */
export class CloudflareApi {
  readonly values: Map<string, string> = new Map<string, string>();
  #server!: LocalServer;
  readonly #path: string;
  readonly #token: string;
  readonly #pageSize: number;
  readonly #expirations: Map<string, number> = new Map<string, number>();
  #now = 0;

  private constructor({ account, namespace, token, pageSize = PAGE }: CloudflareApiOptions) {
    this.#path = `/client/v4/accounts/${account}/storage/kv/namespaces/${namespace}`;
    this.#token = token;
    this.#pageSize = pageSize;
  }

  static async start(options: CloudflareApiOptions): Promise<CloudflareApi> {
    const api = new CloudflareApi(options);
    api.#server = await LocalServer.start((request) => api.#answer(request));
    return api;
  }

  get url(): string {
    return this.#server.url;
  }

  /** Moves the clock by which keys expire. */
  advance(milliseconds: number): void {
    this.#now += milliseconds;
    for (const [key, expiration] of this.#expirations) if (expiration <= this.#now) this.#remove(key);
  }

  clear(): void {
    this.values.clear();
    this.#expirations.clear();
  }

  stop(): Promise<void> {
    return this.#server.stop();
  }

  async #answer(request: IncomingMessage): Promise<LocalAnswer> {
    const { pathname, searchParams } = new URL(request.url!, this.url);
    if (request.headers.authorization !== `Bearer ${this.#token}`) return failed(403, 10_000, "Authentication error");
    if (!pathname.startsWith(`${this.#path}/`)) return failed(404, 10_013, "namespace not found");
    const [kind, name = ""] = pathname.slice(this.#path.length + 1).split("/");
    const key = decodeURIComponent(name);
    if (kind === "keys") return this.#keys(searchParams);
    if (Buffer.byteLength(key) > LONGEST_KEY_BYTES)
      return failed(414, 10_030, `UTF-8 encoded length of ${Buffer.byteLength(key)} exceeds key length limit of 512`);
    if (request.method === "PUT") {
      const value = await text(request);
      this.#remove(key);
      this.values.set(key, value);
      const ttl = searchParams.get("expiration_ttl");
      if (ttl !== null) this.#expirations.set(key, this.#now + Number(ttl) * 1000);
    } else if (request.method === "DELETE") this.#remove(key);
    else {
      const value = this.values.get(key);
      if (value === undefined) return failed(404, 10_009, "key not found");
      if (kind === "values") return { headers: { "content-type": "application/octet-stream" }, body: value };
    }
    return succeeded(null);
  }

  #remove(key: string): void {
    this.values.delete(key);
    this.#expirations.delete(key);
  }

  #keys(parameters: URLSearchParams): LocalAnswer {
    const names = [...this.values.keys()].filter((name) => name.startsWith(parameters.get("prefix") ?? "")).sort();
    const start = Number(parameters.get("cursor") ?? 0);
    const cursor = start + this.#pageSize < names.length ? String(start + this.#pageSize) : "";
    return succeeded(
      names.slice(start, start + this.#pageSize).map((name) => ({ name })),
      { cursor },
    );
  }
}

function succeeded(result: unknown, info: object = {}): LocalAnswer {
  return { body: { success: true, errors: [], messages: [], result, result_info: info } };
}

function failed(status: number, code: number, message: string): LocalAnswer {
  return { status, body: { success: false, errors: [{ code, message }], messages: [], result: null } };
}
