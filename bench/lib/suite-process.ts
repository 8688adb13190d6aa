import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { Counts, Measurement } from "./comparison.ts";

/** Without a line for so long, a suite hangs: the longest fill takes a part of it, on a busy machine too. */
const SILENCE_MS = 300_000;
/** What a suite has to end its servers and remove its files, once it is told to. */
const FAREWELL_MS = 5000;

const running = new Set<ChildProcess>();

/**
 * A suite in a process of its own, with a directory for what later runs of it can use. It is in a process group of its own too, so that its servers end with it, however it ends.
 */
export async function* runSuiteProcess(
  name: string,
  data: string,
  words: readonly string[],
): AsyncGenerator<Measurement & { counts?: Counts }> {
  const script = fileURLToPath(new URL("../run-suite.ts", import.meta.url));
  const child = spawn(process.execPath, ["--no-warnings", script, name, data, ...words], {
    stdio: ["ignore", "pipe", "inherit"],
    detached: true,
    // Servers have their files in there too, so nothing is left of them.
    env: { ...process.env, TMPDIR: data },
  });
  running.add(child);
  const exit = new Promise<string>((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code, signal) => resolve(code === null ? `by ${signal}` : `with ${code}`));
  });
  let hangs = false;
  const giveUp = (): void => {
    hangs = true;
    killGroup(child, "SIGKILL");
  };
  let watchdog = setTimeout(giveUp, SILENCE_MS);
  try {
    for await (const line of createInterface({ input: child.stdout })) {
      clearTimeout(watchdog);
      watchdog = setTimeout(giveUp, SILENCE_MS);
      if (line.startsWith("{")) yield JSON.parse(line) as Measurement & { counts?: Counts };
    }
    const ended = await exit;
    if (hangs) throw new Error(`The suite was stopped: it told nothing for ${SILENCE_MS / 1000} seconds.`);
    if (ended !== "with 0") throw new Error(`The suite ended ${ended}.`);
  } finally {
    clearTimeout(watchdog);
    // What it left behind, such as a server that it had no time to stop.
    killGroup(child, "SIGKILL");
    running.delete(child);
  }
}

/** Interrupted, the suite under way ends its servers and removes its files first. */
export function stopOnSignals(cleanUp: () => void): void {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.once(signal, () => {
      for (const child of running) killGroup(child, "SIGTERM");
      const end = (): void => {
        for (const child of running) killGroup(child, "SIGKILL");
        cleanUp();
        process.exit(130);
      };
      setTimeout(end, FAREWELL_MS);
      for (const child of running) child.once("exit", end);
      if (running.size === 0) end();
    });
  }
}

function killGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // It has ended, and all that it started.
  }
}
