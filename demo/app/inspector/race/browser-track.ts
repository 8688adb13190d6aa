import { createIndexedDBTokenStore } from "edge-token-store/indexeddb";
import { raceQueries, raceToken } from "./track.ts";
import type { Track } from "./track.ts";

const ROUNDS = 9;

/** In IndexedDB. Without a memo, so that each look-up reads and opens a record. */
export const browserTrack: Track = {
  stride: 250,
  async advance(from, to, signal) {
    await using store = createIndexedDBTokenStore({ namespace: "race", memo: 0 });
    await Promise.all(Array.from({ length: to - from }, (_, at) => store.saveToken(raceToken(from + at))));
    signal.throwIfAborted();
    const milliseconds: Record<string, number> = {};
    for (const [label, query] of Object.entries(raceQueries(raceToken(Math.floor(to / 2))))) {
      // The first one warms up.
      await store.findToken(query);
      const rounds: number[] = [];
      for (let round = 0; round < ROUNDS; round++) {
        const started = performance.now();
        await store.findToken(query);
        rounds.push(performance.now() - started);
      }
      // The median: one round in which the browser did something else is not to count.
      milliseconds[label] = rounds.toSorted((a, b) => a - b)[Math.floor(ROUNDS / 2)]!;
    }
    return milliseconds;
  },
  async clear() {
    await using store = createIndexedDBTokenStore({ namespace: "race", memo: 0 });
    await store.deleteTokens();
  },
};
