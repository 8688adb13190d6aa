import type { Terminal } from "./command.ts";

const WIDTH = 30;
/** How often it is drawn at most, in milliseconds: a terminal is slower than a store. */
const INTERVAL_MS = 100;

/**
 * After how many tokens the event loop gets its turn. SQLite never waits for anything, so that otherwise nobody would
 * hear of Ctrl-C, or of a reader that has enough, before the end.
 */
export const TURN = 100;

/** A count on a terminal, for what has no known end, and nothing elsewhere. */
export function progressCount(what: string, { progress }: Terminal): { update: (done: number) => void; end: () => void } {
  if (!progress) return { update: () => {}, end: () => {} };
  let drawn = 0;
  return {
    update(done) {
      const now = performance.now();
      if (now - drawn < INTERVAL_MS) return;
      drawn = now;
      progress(`${done} ${what} …`);
    },
    end: () => progress(""),
  };
}

/** A bar on a terminal, and nothing elsewhere. */
export function progressBar(total: number, { progress }: Terminal): { update: (done: number) => void; end: () => void } {
  if (!progress || total === 0) return { update: () => {}, end: () => {} };
  let drawn = 0;
  return {
    update(done) {
      const now = performance.now();
      if (now - drawn < INTERVAL_MS && done < total) return;
      drawn = now;
      const filled = Math.round((done / total) * WIDTH);
      progress(`${"█".repeat(filled)}${"░".repeat(WIDTH - filled)} ${done} of ${total}`);
    },
    end: () => progress(""),
  };
}
