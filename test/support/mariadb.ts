import { spawn, spawnSync } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "./free-port.ts";

/** The user, the password and the database, by the name that the documents use. */
const NAME = "zoho";

export function hasMariadb(): boolean {
  return spawnSync("mariadbd", ["--version"]).status === 0;
}

/** How db0's mysql2 connector reaches a server of the test's own. */
export interface MariadbConnection {
  host: string;
  port: number;
  user: string;
  password: string;
  database: string;
}

/** A mariadbd of the test's own, with one empty database. */
export class MariadbServer {
  readonly #port: number;
  readonly #directory: string;
  readonly #options: readonly string[];
  #process: ChildProcess | undefined;

  private constructor(port: number, directory: string, options: readonly string[]) {
    this.#port = port;
    this.#directory = directory;
    this.#options = options;
  }

  /** One that is set up but does not run yet. */
  static async create(...options: string[]): Promise<MariadbServer> {
    const server = new MariadbServer(await freePort(), mkdtempSync(join(tmpdir(), "ets-mariadb-")), options);
    server.#run(
      "mariadb-install-db",
      "--user=root",
      `--datadir=${server.#data}`,
      "--auth-root-authentication-method=normal",
      "--skip-test-db",
    );
    return server;
  }

  static async start(...options: string[]): Promise<MariadbServer> {
    const server = await MariadbServer.create(...options);
    await server.start();
    return server;
  }

  get connection(): MariadbConnection {
    return { host: "127.0.0.1", port: this.#port, user: NAME, password: NAME, database: NAME };
  }

  /** Starts it, on the same port again after a stop. */
  async start(): Promise<void> {
    const child = spawn(
      "mariadbd",
      [
        "--no-defaults",
        "--user=root",
        `--datadir=${this.#data}`,
        `--socket=${this.#socket}`,
        `--pid-file=${join(this.#directory, "pid")}`,
        // Two servers that share a directory for temporary tables take each other's.
        `--tmpdir=${this.#directory}`,
        "--bind-address=127.0.0.1",
        `--port=${this.#port}`,
        "--skip-log-bin",
        // A test asks what survives the end of the process, not a power cut.
        "--innodb-flush-log-at-trx-commit=2",
        ...this.#options,
      ],
      { stdio: ["ignore", "ignore", "pipe"] },
    );
    this.#process = child;
    await new Promise<void>((resolve, reject) => {
      let output = "";
      child.once("error", reject);
      child.once("exit", (code) => reject(new Error(`mariadbd ended with ${code}: ${output}`)));
      child.stderr.on("data", (data: Buffer) => {
        output += data.toString();
        if (output.includes("ready for connections")) resolve();
      });
    });
    this.#query(
      `CREATE DATABASE IF NOT EXISTS ${NAME};
       CREATE USER IF NOT EXISTS '${NAME}'@'127.0.0.1' IDENTIFIED BY '${NAME}';
       GRANT ALL ON ${NAME}.* TO '${NAME}'@'127.0.0.1'`,
    );
  }

  async stop(): Promise<void> {
    const child = this.#process;
    this.#process = undefined;
    if (child && child.exitCode === null && child.signalCode === null) {
      const exit = once(child, "exit");
      child.kill("SIGKILL");
      await exit;
    }
  }

  async dispose(): Promise<void> {
    await this.stop();
    rmSync(this.#directory, { recursive: true, force: true });
  }

  get url(): string {
    return `mysql://${NAME}:${NAME}@127.0.0.1:${this.#port}/${NAME}`;
  }

  get #data(): string {
    return join(this.#directory, "data");
  }

  get #socket(): string {
    return join(this.#directory, "s");
  }

  #query(sql: string): void {
    this.#run("mariadb", `--socket=${this.#socket}`, "--user=root", "-e", sql);
  }

  #run(command: string, ...args: string[]): void {
    const { status, stderr } = spawnSync(command, ["--no-defaults", ...args], { encoding: "utf8" });
    if (status !== 0) throw new Error(`${command} ended with ${status}: ${stderr}`);
  }
}
