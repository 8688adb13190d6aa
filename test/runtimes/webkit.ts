import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { freePort } from "../support/free-port.ts";
import { WEBKIT_DRIVER, XVFB } from "./browsers.ts";

const START_MS = 60_000;

/** WebKit's driver, on a display that nobody sees. */
export async function startWebKit(): Promise<AsyncDisposable & { readonly port: number }> {
  // It finds a display that is free, and writes its number.
  const display = spawn(XVFB, ["-displayfd", "3", "-screen", "0", "1280x1024x24", "-nolisten", "tcp"], {
    stdio: ["ignore", "ignore", "ignore", "pipe"],
  });
  const port = await freePort();
  let driver: ChildProcess | undefined;
  const stop = async (): Promise<void> => {
    for (const child of [driver, display]) if (child) await end(child);
  };
  try {
    const number = await firstLine(display);
    const environment = { ...process.env, DISPLAY: `:${number}` };
    driver = spawn(WEBKIT_DRIVER, [`--port=${port}`], { stdio: "ignore", env: environment });
    await listening(driver, port);
    return { port, [Symbol.asyncDispose]: stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function firstLine(child: ChildProcess): Promise<string> {
  for await (const line of createInterface({ input: child.stdio[3] as Readable })) return line;
  throw new Error("Xvfb ended before it had a display.");
}

async function listening(driver: ChildProcess, port: number): Promise<void> {
  for (const start = performance.now(); performance.now() - start < START_MS;) {
    if (driver.exitCode !== null) break;
    const answer = await fetch(`http://127.0.0.1:${port}/status`).catch(() => undefined);
    if (answer?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error("WebKitWebDriver does not listen.");
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, "exit");
  child.kill("SIGKILL");
  await exit;
}
