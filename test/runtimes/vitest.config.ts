import { playwright } from "@vitest/browser-playwright";
import { webdriverio } from "@vitest/browser-webdriverio";
import { defineConfig } from "vitest/config";
import type { TestProjectConfiguration, ViteUserConfig } from "vitest/config";
import type { BrowserConfigOptions } from "vitest/node";
import { chromiumLaunchOptions, findChromium } from "../support/chromium.ts";
import { workerdPlugin } from "../workerd/plugin.ts";
import { FIREFOX, MINI_BROWSER } from "./browsers.ts";
import { builtPackage, ROOT } from "./built-package.ts";
import { filesFor } from "./suites.ts";
import type { Kind } from "./suites.ts";

const common = (name: string, kind: Kind) => ({
  name,
  root: ROOT,
  include: filesFor(kind).map((file) => `test/${file}`),
  testTimeout: 240_000,
  hookTimeout: 240_000,
  expect: { poll: { timeout: 60_000 } },
});

/** The project of a browser, which has its name. */
const page = (
  name: string,
  browser: "chromium" | "firefox" | "safari",
  options: Pick<BrowserConfigOptions, "provider" | "headless">,
): TestProjectConfiguration => ({
  plugins: [builtPackage()],
  test: {
    ...common(name, "page"),
    browser: { enabled: true, headless: true, ui: false, screenshotFailures: false, instances: [{ browser, name }], ...options },
  },
});

const chromium = (): TestProjectConfiguration =>
  page("Chromium", "chromium", { provider: playwright({ launchOptions: chromiumLaunchOptions() }) });

const firefox = page("Firefox", "firefox", {
  // The channel is what has Playwright drive a Firefox that is not its own build.
  provider: playwright({ launchOptions: { channel: "moz-firefox", executablePath: FIREFOX } }),
});

const webkit = page("WebKit", "safari", {
  // WebKit has a display instead: see webkit.ts.
  headless: false,
  provider: webdriverio({
    hostname: "127.0.0.1",
    port: Number(process.env["WEBKIT_DRIVER_PORT"]),
    capabilities: {
      firstMatch: [{}],
      alwaysMatch: { "webkitgtk:browserOptions": { binary: MINI_BROWSER, args: ["--automation"] } },
    } as never,
  }),
});

const workerd: TestProjectConfiguration = { plugins: [workerdPlugin(), builtPackage()], test: common("workerd", "worker") };

// `npm run test:runtimes` runs one project at a time, in a process of its own.
const config: ViteUserConfig = defineConfig({
  root: ROOT,
  test: { projects: [...(findChromium() ? [chromium()] : []), firefox, webkit, workerd] },
});
export default config;
