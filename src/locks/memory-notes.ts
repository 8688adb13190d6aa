import type { LockNotes } from "./lock.ts";

/** Notes that are shared within this process, for as long as it lives. */
export class MemoryNotes implements LockNotes {
  readonly #notes = new Map<string, { text: string; goneAt: number }>();

  async read(name: string): Promise<string | undefined> {
    const note = this.#notes.get(name);
    return note && note.goneAt > performance.now() ? note.text : undefined;
  }

  async write(name: string, text: string, ttlMs: number): Promise<void> {
    const now = performance.now();
    for (const [other, { goneAt }] of this.#notes) if (goneAt <= now) this.#notes.delete(other);
    this.#notes.set(name, { text, goneAt: now + ttlMs });
  }
}
