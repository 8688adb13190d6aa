import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { StandInState } from "./state.ts";
import type { SavedState } from "./state.ts";

/** What the stand-in remembered; nothing where there is no such file, or none that can be read. */
export function readState(file: string): StandInState {
  try {
    return new StandInState(JSON.parse(readFileSync(file, "utf8")) as SavedState);
  } catch {
    return new StandInState();
  }
}

/** In one step and before anything else is answered, so that no token is handed out that is forgotten by a crash. */
export function writeState(file: string, state: StandInState): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(`${file}.new`, JSON.stringify(state), { mode: 0o600 });
  renameSync(`${file}.new`, file);
}
