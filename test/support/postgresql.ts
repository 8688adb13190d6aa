import { spawnSync } from "node:child_process";
import { chmodSync, chownSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "./free-port.ts";

const ROOT = "/usr/lib/postgresql";

/** Where Debian keeps the newest version's programs, which are not on the PATH. */
function programs(): string | undefined {
  try {
    const [newest] = readdirSync(ROOT).toSorted((left, right) => Number(right) - Number(left));
    return newest === undefined ? undefined : join(ROOT, newest, "bin");
  } catch {
    return undefined;
  }
}

export function hasPostgresql(): boolean {
  const folder = programs();
  return folder !== undefined && spawnSync(join(folder, "postgres"), ["--version"]).status === 0;
}

/** A PostgreSQL server of the test's own, in memory as far as it goes. */
export class PostgresqlServer {
  readonly #port: number;
  readonly #directory: string = mkdtempSync(join(tmpdir(), "ets-postgresql-"));

  private constructor(port: number) {
    this.#port = port;
  }

  static async start(): Promise<PostgresqlServer> {
    const server = new PostgresqlServer(await freePort());
    // It refuses to run as root.
    if (process.getuid?.() === 0) {
      const id = (flag: string): number => Number(spawnSync("id", [flag, "postgres"], { encoding: "utf8" }).stdout);
      chownSync(server.#directory, id("-u"), id("-g"));
    }
    chmodSync(server.#directory, 0o700);
    server.#run("initdb", "-A", "trust", "-U", "postgres", "-N");
    const options = `-p ${server.#port} -c listen_addresses=127.0.0.1 -c unix_socket_directories=${server.#directory} -c fsync=off`;
    server.#run("pg_ctl", "-w", "-s", "-l", join(server.#directory, "log"), "-o", options, "start");
    return server;
  }

  get url(): string {
    return `postgresql://postgres@127.0.0.1:${this.#port}/postgres`;
  }

  dispose(): void {
    this.#run("pg_ctl", "-w", "-s", "-m", "immediate", "stop");
    rmSync(this.#directory, { recursive: true, force: true });
  }

  #run(program: string, ...args: string[]): void {
    const command = [join(programs()!, program), "-D", join(this.#directory, "data"), ...args];
    const asUser = process.getuid?.() === 0 ? ["runuser", "-u", "postgres", "--", ...command] : command;
    const { status, error } = spawnSync(asUser[0]!, asUser.slice(1), { stdio: "ignore", cwd: "/" });
    if (status !== 0) throw error ?? new Error(`${program} ended with ${status}`);
  }
}
