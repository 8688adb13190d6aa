/** How often a run without a terminal says where it is, in milliseconds. */
const HEARTBEAT_MS = 15_000;

/** One line that moves on a terminal; elsewhere one now and then. */
export class Progress {
  readonly #total: number;
  readonly #running: Map<string, string> = new Map<string, string>();
  readonly #timer: NodeJS.Timeout | undefined;
  #finished = 0;

  constructor(total: number) {
    this.#total = total;
    if (!process.stdout.isTTY) this.#timer = setInterval(() => console.log(this.#line()), HEARTBEAT_MS);
  }

  at(id: string, where: string): void {
    this.#running.set(id, where);
    this.#draw(this.#line());
  }

  done(id: string, line: string): void {
    this.#running.delete(id);
    this.#finished++;
    this.#draw("");
    console.log(line);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#draw("");
  }

  #line(): string {
    const parts = Array.from(this.#running, ([id, where]) => `${id} ${where}`);
    return `  ${this.#finished} of ${this.#total} done · ${parts.join(" · ")}`;
  }

  #draw(line: string): void {
    if (process.stdout.isTTY) process.stdout.write(`\r\x1b[K${line.slice(0, process.stdout.columns - 1)}`);
  }
}
