import { MapBackend } from "./map-backend.ts";

export interface BrokenBackend {
  readonly fault: string;
  /** The group of cases that stands guard against it. */
  readonly guard: string;
  readonly Backend: typeof MapBackend;
}

/** The group of cases that needs two stores over one storage. */
export const RACE = "at once, from two stores over one storage";

/** Does it when whoever waits for nothing has gone on. */
export const later = (task: () => void): void => void setTimeout(task, 1);

/** A backend that does this one thing wrong. */
export function broken(fault: string, guard: string, mutate: (Sound: typeof MapBackend) => typeof MapBackend): BrokenBackend {
  return { fault, guard, Backend: mutate(MapBackend) };
}
