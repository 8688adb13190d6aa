import { playwright } from "@vitest/browser-playwright";
import { webdriverio } from "@vitest/browser-webdriverio";
import { defineConfig } from "vitest/config";
import type { TestProjectConfiguration, ViteUserConfig } from "vitest/config";
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
const inPage = { enabled: true, headless: true, ui: false, screenshotFailures: false };

const chromium = (): TestProjectConfiguration => ({
  plugins: [builtPackage()],
  test: {
    ...common("Chromium", "page"),
    browser: {
      ...inPage,
      provider: playwright({ launchOptions: chromiumLaunchOptions() }),
      instances: [{ browser: "chromium", name: "Chromium" }],
    },
  },
});

const firefox: TestProjectConfiguration = {
  plugins: [builtPackage()],
  test: {
    ...common("Firefox", "page"),
    browser: {
      ...inPage,
      // The channel is what has Playwright drive a Firefox that is not its own build.
      provider: playwright({ launchOptions: { channel: "moz-firefox", executablePath: FIREFOX } }),
      instances: [{ browser: "firefox", name: "Firefox" }],
    },
  },
};

const webkit: TestProjectConfiguration = {
  plugins: [builtPackage()],
  test: {
    ...common("WebKit", "page"),
    browser: {
      ...inPage,
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
      instances: [{ browser: "safari", name: "WebKit" }],
    },
  },
};

const workerd: TestProjectConfiguration = { plugins: [workerdPlugin(), builtPackage()], test: common("workerd", "worker") };

// `npm run test:runtimes` runs one project at a time, in a process of its own.
const config: ViteUserConfig = defineConfig({
  root: ROOT,
  test: { projects: [...(findChromium() ? [chromium()] : []), firefox, webkit, workerd] },
});
export default config;
