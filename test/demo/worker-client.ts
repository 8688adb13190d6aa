import type { DemoSite } from "./demo-site.ts";

const AMARA = "5725767000000411001";

/** A visitor without a browser: nothing is added to its requests, and nothing is withheld. */
export class WorkerClient {
  readonly cookies: Map<string, string> = new Map();
  readonly #site: DemoSite;

  constructor(site: DemoSite) {
    this.#site = site;
  }

  get origin(): string {
    return new URL(this.#site.url).origin;
  }

  async send(path: string, init: Omit<RequestInit, "headers"> & { headers?: Record<string, string> } = {}): Promise<Response> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const response = await fetch(this.origin + path, { redirect: "manual", ...init, headers: { cookie, ...init.headers } });
    for (const line of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line)!;
      if (value === "") this.cookies.delete(name!);
      else this.cookies.set(name!, value!);
    }
    return response;
  }

  /** As the page sends what changes something. */
  post(path: string, headers: Record<string, string> = {}): Promise<Response> {
    return this.send(path, { method: "POST", headers: { origin: this.origin, "x-portal": "1", ...headers } });
  }

  /** Begins a log-in; resolves with the address at the accounts server. */
  async begin(returnTo = "/"): Promise<URL> {
    const response = await this.send(`/auth/login?returnTo=${encodeURIComponent(returnTo)}`);
    return new URL(response.headers.get("location")!);
  }

  /** Picks a student at the accounts server; resolves with the path and query that it sends the browser back to. */
  async consent(address: URL, student: string = AMARA): Promise<URL> {
    const response = await fetch(address, { method: "POST", redirect: "manual", body: new URLSearchParams({ student }) });
    return new URL(response.headers.get("location")!);
  }

  follow(callback: URL): Promise<Response> {
    return this.send(callback.pathname + callback.search);
  }

  async logIn(student?: string): Promise<Response> {
    return this.follow(await this.consent(await this.begin(), student));
  }

  async isLoggedIn(): Promise<boolean> {
    return ((await (await this.send("/auth/session")).json()) as { loggedIn: boolean }).loggedIn;
  }
}
