import { existsSync } from "node:fs";
import { findChromium } from "../support/chromium.ts";
import type { SystemEngine } from "../support/engines.ts";

export const FIREFOX = "/usr/bin/firefox-esr";
export const WEBKIT_DRIVER = "/usr/bin/WebKitWebDriver";
/** WebKit's own small browser, which its driver starts. */
export const MINI_BROWSER = "/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1/MiniBrowser";
export const XVFB = "/usr/bin/Xvfb";

export const BROWSERS: readonly SystemEngine[] = [
  {
    name: "Chromium",
    debianPackages: ["chromium"],
    suites: "Chromium",
    hint: "install Chromium or Chrome, or name it in CHROMIUM_PATH",
    present: () => findChromium() !== undefined,
  },
  {
    name: "Firefox",
    debianPackages: ["firefox-esr"],
    suites: "Firefox",
    hint: "install firefox-esr from Debian's packages",
    present: () => existsSync(FIREFOX),
  },
  {
    name: "WebKit",
    debianPackages: ["webkit2gtk-driver"],
    suites: "WebKit",
    hint: "install webkit2gtk-driver from Debian's packages",
    present: () => existsSync(WEBKIT_DRIVER) && existsSync(MINI_BROWSER),
  },
  {
    name: "a display for WebKit",
    debianPackages: ["xvfb"],
    suites: "WebKit",
    hint: "install xvfb from Debian's packages",
    present: () => existsSync(XVFB),
  },
];
