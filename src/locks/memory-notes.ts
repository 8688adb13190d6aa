import { ExpiringMap } from "../expiring-map.ts";
import type { LockNotes } from "./lock.ts";

/** Notes that are shared within this process, for as long as it lives. */
export class MemoryNotes implements LockNotes {
  readonly #notes = new ExpiringMap<string>();

  async read(name: string): Promise<string | undefined> {
    return this.#notes.get(name, performance.now());
  }

  async write(name: string, text: string, ttlMs: number): Promise<void> {
    const now = performance.now();
    this.#notes.set(name, text, { until: now + ttlMs, now });
  }
}
