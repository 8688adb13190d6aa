import { mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { syncDirectory } from "./atomic-write.ts";
import { hasCode } from "./file-errors.ts";

const DIRECTORY_MODE = 0o700;

/** Makes directories below the base, and remembers which are durable: a file is not more so than what it lies in. */
export class Directories {
  readonly #base: string;
  readonly #durable = new Set<string>();

  constructor(base: string) {
    this.#base = base;
  }

  async make(segments: readonly string[]): Promise<void> {
    await this.#makeBase();
    let directory = this.#base;
    for (const segment of segments) {
      const parent = directory;
      directory = join(parent, segment);
      if (this.#durable.has(directory)) continue;
      await mkdir(directory, DIRECTORY_MODE).catch((error: unknown) => {
        if (!hasCode(error, "EEXIST")) throw error;
      });
      // Also where it is there: who made it may have been killed before this.
      await syncDirectory(parent);
      this.#durable.add(directory);
    }
  }

  /** To be called when one of them turns out to be gone. */
  forget(): void {
    this.#durable.clear();
  }

  async #makeBase(): Promise<void> {
    if (this.#durable.has(this.#base)) return;
    const first = await mkdir(this.#base, { recursive: true, mode: DIRECTORY_MODE });
    // What was there already is the caller's, and its parent may not be readable to us.
    for (let made = first && this.#base; made; made = made === first ? undefined : dirname(made)) {
      await syncDirectory(dirname(made));
    }
    this.#durable.add(this.#base);
  }
}
