import { existsSync } from "node:fs";

const CANDIDATES = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
];

const HEADLESS_SHELL = "/usr/bin/chromium-headless-shell";

interface LaunchOptions {
  readonly executablePath: string;
  readonly args: string[];
}

/** Chromium of this machine: `CHROMIUM_PATH`, else a usual place; undefined where there is none. */
export function findChromium(): string | undefined {
  return [process.env["CHROMIUM_PATH"], ...CANDIDATES].find((path) => path && existsSync(path));
}

/** What Playwright needs to start it, as root and without a network too. Each start has a fresh profile. */
export function chromiumLaunchOptions(executablePath: string | undefined = findChromium()): LaunchOptions {
  if (!executablePath) throw new Error("No Chromium here: install it, or name it in CHROMIUM_PATH.");
  return {
    executablePath,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  };
}

/**
 * For tests of what a page shows: unless `CHROMIUM_PATH` names another, and where there is one, the headless shell (https://developer.chrome.com/blog/chrome-headless-shell),
 * which is Chromium without the windows around its pages, and takes half the time. What is stored is tested in the whole browser.
 */
export function viewLaunchOptions(): LaunchOptions {
  return chromiumLaunchOptions(!process.env["CHROMIUM_PATH"] && existsSync(HEADLESS_SHELL) ? HEADLESS_SHELL : undefined);
}
