import type { LockNotes } from "./lock.ts";
import { MemoryNotes } from "./memory-notes.ts";

const PREFIX = "edge-token-store:note:";
/** By how much the clocks of two tabs may seem to differ: some browsers blur them. */
const BLUR_MS = 1_000;

/**
 * Notes for all tabs of an origin, in localStorage: it is read and written in one step, so a frozen tab
 * can hold nobody up, and a tab that opens later finds what one that is closed by then has left.
 *
 * Workers have no localStorage, and a browser may refuse it; there notes are shared within this page or
 * worker only, which costs no more than a request that another tab knew to be in vain.
 */
export class TabNotes implements LockNotes {
  readonly #memory = new MemoryNotes();

  async read(name: string): Promise<string | undefined> {
    const stored = useStorage((storage) => current(storage, PREFIX + name));
    return stored ?? this.#memory.read(name);
  }

  async write(name: string, text: string, ttlMs: number): Promise<void> {
    const written = useStorage((storage) => {
      // Nobody may ask for them ever again: each log-out leaves one behind.
      for (const key of Object.keys(storage)) if (key.startsWith(PREFIX)) current(storage, key);
      // First of all, lest it be read where there is no room for the new one.
      storage.removeItem(PREFIX + name);
      const from = Date.now();
      storage.setItem(PREFIX + name, JSON.stringify({ text, from, goneAt: from + ttlMs }));
      return true;
    });
    // One from when there was no room is over, too.
    await this.#memory.write(name, text, written ? 0 : ttlMs);
  }
}

/** The text of the note under that key, while it lasts; one that is over, or was written by a clock that has been set back, is removed. */
function current(storage: Storage, key: string): string | undefined {
  const note = parse(storage.getItem(key));
  const now = Date.now();
  if (note && note.from <= now + BLUR_MS && note.goneAt > now) return note.text;
  storage.removeItem(key);
  return undefined;
}

/** Undefined where there is no storage, or it is refused or full. */
function useStorage<Result>(use: (storage: Storage) => Result): Result | undefined {
  try {
    // Only a window's own: Node has a global of that name too, which warns when it is touched.
    const storage = globalThis.window?.localStorage;
    return storage ? use(storage) : undefined;
  } catch {
    return undefined;
  }
}

function parse(value: string | null): { text: string; from: number; goneAt: number } | undefined {
  try {
    const { text, from, goneAt } = JSON.parse(value ?? "{}") as Record<string, unknown>;
    return typeof text === "string" && typeof from === "number" && typeof goneAt === "number" ? { text, from, goneAt } : undefined;
  } catch {
    return undefined;
  }
}
