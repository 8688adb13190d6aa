import { join } from "node:path";
import { startStandIn } from "../stand-in/server.ts";
import type { StandIn } from "../stand-in/server.ts";
import { readState, writeState } from "../stand-in/state-file.ts";
import type { RunningWorker } from "./run-worker.ts";
import { readSecret, replaceSecret } from "./secrets.ts";
import { readVariables } from "./variables.ts";

/** Where the stand-in is first looked for; at any other port where this one is taken. 0 is any from the start. */
const STAND_IN_PORT = Number(process.env["STAND_IN_PORT"] ?? 5199);

export interface PortalServersOptions {
  /** What the Worker stores is kept in there, and what the stand-in remembers. */
  directory: string;
  /** The origins that the page is served from; known only once its server listens. */
  pageOrigins: () => readonly string[];
  /** Whether demo/.dev.vars counts, which can name the real Zoho. */
  devVars: boolean;
}

/** The servers behind the page: the Worker in workerd, and the stand-in for Zoho. */
export class PortalServers {
  readonly #options: PortalServersOptions;
  #standIn: StandIn | undefined;
  #worker: RunningWorker | undefined;
  #variables: Record<string, string> = {};
  #rotated: Promise<unknown> = Promise.resolve();

  constructor(options: PortalServersOptions) {
    this.#options = options;
  }

  /** The last one, where it is stopped. */
  get standIn(): StandIn {
    return this.#standIn!;
  }

  get accountsServer(): string {
    return this.#variables["ZOHO_ACCOUNTS_SERVER"]!;
  }

  async start(): Promise<void> {
    await this.startStandIn();
    const { directory, devVars } = this.#options;
    this.#variables = { TOKEN_SECRET: await readSecret(this.#secretFile), ...(await readVariables(this.standIn.origin, devVars)) };
    // Only where it is run: building the page needs no workerd.
    const { runWorker } = await import("./run-worker.ts");
    this.#worker = await runWorker(this.#variables, join(directory, "state"));
  }

  async stop(): Promise<void> {
    await Promise.all([this.stopStandIn(), this.#worker?.stop()]);
    this.#worker = undefined;
  }

  /** Where there was one, also in a run before this one, at the same address and with its memory. */
  async startStandIn(): Promise<void> {
    const { pageOrigins, directory } = this.#options;
    const file = join(directory, "stand-in.json");
    const state = this.#standIn?.state ?? readState(file);
    const options = { state, save: () => writeState(file, state) };
    this.#standIn = await startStandIn(pageOrigins, { ...options, port: state.port ?? STAND_IN_PORT }).catch(() =>
      startStandIn(pageOrigins, options),
    );
  }

  async stopStandIn(): Promise<void> {
    await this.#standIn?.stop();
  }

  async restartWorker(changed: Record<string, string> = {}): Promise<void> {
    this.#variables = { ...this.#variables, ...changed };
    await this.#worker!.restart(this.#variables);
  }

  /** Where the Worker is asked with nothing before it. */
  workerUrl(): Promise<URL> {
    return this.#worker!.url();
  }

  fetch(request: Request): Promise<Response> {
    return new URL(request.url).pathname === "/inspector/rotate" ? this.#rotate(request) : this.#worker!.fetch(request);
  }

  /** One after the other: each needs what the one before it has moved. */
  #rotate(request: Request): Promise<Response> {
    const rotated = this.#rotated.then(() => this.#rotateOnce(request));
    this.#rotated = rotated.catch(() => {});
    return rotated;
  }

  /** As a deployment does it: both secrets, then move the records, then the new one alone. */
  async #rotateOnce(request: Request): Promise<Response> {
    const move = new Request(new URL("/inspector/move", request.url), request);
    // What the Worker refuses, or can't move, changes no secret.
    const allowed = await this.#worker!.fetch(move.clone());
    if (!allowed.ok) return allowed;
    const previous = this.#variables["TOKEN_SECRET"]!;
    const secret = await replaceSecret(this.#secretFile);
    await this.restartWorker({ TOKEN_SECRET: secret, TOKEN_SECRET_PREVIOUS: previous });
    const moved = await this.#worker!.fetch(move);
    if (moved.ok) await this.restartWorker({ TOKEN_SECRET_PREVIOUS: "" });
    return moved;
  }

  get #secretFile(): string {
    return join(this.#options.directory, "token-secret");
  }
}
