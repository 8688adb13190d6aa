import { chromium } from "playwright";
import type { Browser, BrowserContext, BrowserContextOptions, Page } from "playwright";
import { expect, test as base } from "vitest";
import type { TestAPI } from "vitest";
import { viewLaunchOptions } from "../support/chromium.ts";
import { openPortal, startDemoSite } from "./demo-site.ts";
import type { DemoSite } from "./demo-site.ts";

/** A browser profile of its own, and what went on in it behind the page. */
export interface Visitor {
  context: BrowserContext;
  /** Console errors and warnings, uncaught errors, dialogs. */
  complaints: string[];
  /** The complaints that the test provokes: Chromium reports each failed request. */
  expectedComplaint?: RegExp;
  requestedOrigins: Set<string>;
  /** Whom the page may talk to: itself and its stand-in. */
  allowedOrigins: Set<string>;
}

interface Fixtures {
  /** Where the tokens are. */
  mode: "browser" | "edge";
  site: DemoSite;
  browser: Browser;
  browserOptions: BrowserContextOptions;
  visitor: Visitor;
  /** The portal, just opened. */
  page: Page;
}

/** A test with a visitor at the demo. It fails where the visit asked anybody else, or left an error in the console. */
export const test: TestAPI<Fixtures> = base.extend<Fixtures>({
  site: [
    // oxlint-disable-next-line no-empty-pattern -- Vitest reads from the pattern which fixtures this one needs.
    async ({}, use) => {
      await using site = await startDemoSite();
      await use(site);
    },
    { scope: "file" },
  ],
  browser: [
    // oxlint-disable-next-line no-empty-pattern -- Vitest reads from the pattern which fixtures this one needs.
    async ({}, use) => {
      const browser = await chromium.launch(viewLaunchOptions());
      await use(browser);
      await browser.close();
    },
    { scope: "file" },
  ],
  mode: "browser",
  browserOptions: {},
  visitor: async ({ browser, browserOptions, mode, site }, use) => {
    const visitor = await newVisitor(browser, browserOptions, site);
    // Not in the blank page that comes before: it has no storage.
    await visitor.context.addInitScript((chosen) => origin === "null" || localStorage.setItem("zylker-mode", chosen), mode);
    await use(visitor);
    await visitor.context.close();
    const { allowedOrigins, complaints, expectedComplaint, requestedOrigins } = visitor;
    expect([...requestedOrigins].filter((origin) => !allowedOrigins.has(origin))).toEqual([]);
    expect(complaints.filter((text) => !expectedComplaint?.test(text))).toEqual([]);
  },
  page: async ({ visitor, site }, use) => use(await openPortal(visitor.context, site)),
});

async function newVisitor(browser: Browser, options: BrowserContextOptions, { url, standIn }: DemoSite): Promise<Visitor> {
  const context = await browser.newContext(options);
  context.setDefaultTimeout(90_000);
  const complaints: string[] = [];
  const requestedOrigins = new Set<string>();
  context.on("request", (request) => requestedOrigins.add(new URL(request.url()).origin));
  context.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) complaints.push(message.text());
  });
  context.on("weberror", (error) => complaints.push(String(error.error())));
  context.on("dialog", (dialog) => {
    complaints.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  return { context, complaints, requestedOrigins, allowedOrigins: new Set([new URL(url).origin, standIn]) };
}
