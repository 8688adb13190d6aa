import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { chromium } from "playwright";
import type { Browser } from "playwright";
import { chromiumLaunchOptions } from "./chromium.ts";

/**
 * A Chromium that Playwright joins instead of starting it: only there do pages freeze. In one of its own,
 * `Page.setWebLifecycleState` does nothing and says nothing.
 */
export async function startChromium(): Promise<AsyncDisposable & { browser: Browser }> {
  const { executablePath, args } = chromiumLaunchOptions();
  const profile = await mkdtemp(join(tmpdir(), "ets-chromium-"));
  const options = [...args, "--headless=new", "--remote-debugging-port=0", `--user-data-dir=${profile}`, "about:blank"];
  const child = spawn(executablePath, options, { stdio: ["ignore", "ignore", "pipe"] });
  const stop = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) {
      const exit = once(child, "exit");
      child.kill("SIGKILL");
      await exit;
    }
    await rm(profile, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  };
  try {
    for await (const line of createInterface(child.stderr)) {
      const endpoint = /DevTools listening on (\S+)/.exec(line)?.[1];
      if (endpoint === undefined) continue;
      // What it goes on writing must be read, or it stands still once the pipe is full.
      child.stderr.resume();
      const browser = await chromium.connectOverCDP(endpoint, { noDefaults: true, isLocal: true });
      return { browser, [Symbol.asyncDispose]: () => browser.close().then(stop, stop) };
    }
    throw new Error("Chromium ended before it listened.");
  } catch (error) {
    await stop();
    throw error;
  }
}
