import { spawn, spawnSync } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";

export function hasMariaDB(): boolean {
  return spawnSync("mariadbd", ["--version"]).status === 0;
}

/** A MariaDB server of the test's own, with one database and one user, both named `zoho`. */
export class MariaDB {
  readonly port: number;
  readonly user = "zoho";
  readonly password = "zoho-password";
  readonly database = "zoho";
  readonly #directory: string;
  readonly #process: ChildProcess;

  private constructor(port: number, directory: string, child: ChildProcess) {
    this.port = port;
    this.#directory = directory;
    this.#process = child;
  }

  static async start(): Promise<MariaDB> {
    const directory = mkdtempSync(join(tmpdir(), "ets-mariadb-"));
    const data = `--datadir=${join(directory, "data")}`;
    const socket = `--socket=${join(directory, "socket")}`;
    // Two servers that share a directory for temporary tables take each other's.
    const temporary = join(directory, "tmp");
    mkdirSync(temporary);
    const own = ["--no-defaults", `--tmpdir=${temporary}`, data];
    const root = process.getuid?.() === 0 ? ["--user=root"] : [];
    const made = spawnSync("mariadb-install-db", [...own, ...root, "--auth-root-authentication-method=normal", "--skip-test-db"]);
    if (made.status !== 0) throw new Error(`mariadb-install-db failed: ${made.stderr.toString()}`);
    const port = await freePort();
    const options = ["--bind-address=127.0.0.1", `--port=${port}`, "--skip-log-bin", `--pid-file=${join(directory, "pid")}`];
    const child = spawn("mariadbd", [...own, ...root, socket, ...options], { stdio: "ignore" });
    const server = new MariaDB(port, directory, child);
    const { user, password, database } = server;
    const sql = `create database ${database}; create user '${user}'@'127.0.0.1' identified by '${password}'; grant all on ${database}.* to '${user}'@'127.0.0.1'`;
    while (spawnSync("mariadb", ["--no-defaults", socket, "-e", sql]).status !== 0) {
      if (child.exitCode !== null) throw new Error(`mariadbd ended with ${child.exitCode}`);
      await pause(100);
    }
    return server;
  }

  get url(): string {
    return `mysql://${this.user}:${this.password}@127.0.0.1:${this.port}/${this.database}`;
  }

  async dispose(): Promise<void> {
    const exit = once(this.#process, "exit");
    this.#process.kill("SIGKILL");
    await exit;
    rmSync(this.#directory, { recursive: true, force: true });
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
