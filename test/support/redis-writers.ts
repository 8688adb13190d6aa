import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

export const WRITER_SECRET = "the-secret-of-all-writers-with-32-characters";

const path = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

/** The token that a writer saves as its n-th: over one of so many accounts, with access and refresh token rotated. */
export function numberedToken(
  writer: string,
  number: number,
  accounts: number,
): { userName: string; clientId: string; accessToken: string; refreshToken: string } {
  const serial = `${writer}-${number}`;
  return { userName: `user-${number % accounts}`, clientId: "c", accessToken: `access-${serial}`, refreshToken: `refresh-${serial}` };
}

export interface WriterArguments {
  readonly url: string;
  readonly namespace: string;
  readonly name: string;
  readonly first: number;
  readonly count: number;
  readonly accounts: number;
  /** Where compiled code is kept, so that hundreds of writers start fast. */
  readonly cache: string;
}

/** A process that saves, and the numbers that it has acknowledged so far. */
export class RedisWriter {
  readonly #child: ChildProcess;
  #output = "";
  #started: Promise<void> | undefined;

  constructor({ url, namespace, name, first, count, accounts, cache }: WriterArguments) {
    const args = [url, namespace, name, String(first), String(count), String(accounts)];
    this.#child = spawn(process.execPath, ["--import", path("source-crypto.ts"), path("redis-writer.ts"), ...args], {
      stdio: ["ignore", "pipe", "inherit"],
      env: { ...process.env, NODE_COMPILE_CACHE: cache },
    });
    this.#child.stdout!.on("data", (data: Buffer) => (this.#output += data.toString()));
  }

  /** A last line without its end was cut off, not acknowledged. */
  get acknowledged(): number[] {
    return this.#output.split("\n").slice(0, -1).map(Number);
  }

  /** Resolves with its first acknowledged save. */
  started(): Promise<void> {
    return (this.#started ??= Promise.race([once(this.#child.stdout!, "data"), once(this.#child, "exit")]).then(() => {}));
  }

  /** Kills it so long after its first acknowledged save. */
  async kill(milliseconds: number): Promise<void> {
    await this.started();
    const timer = setTimeout(() => this.#child.kill("SIGKILL"), milliseconds);
    const { signal } = await this.#closed();
    clearTimeout(timer);
    if (signal !== "SIGKILL") throw new Error("The writer ended before it was killed.");
  }

  async finish(): Promise<void> {
    const { code } = await this.#closed();
    if (code !== 0) throw new Error(`A writer ended with ${code}.`);
  }

  async #closed(): Promise<{ code: number | null; signal: string | null }> {
    const [code, signal] = (await once(this.#child, "close")) as [number | null, string | null];
    return { code, signal };
  }
}
