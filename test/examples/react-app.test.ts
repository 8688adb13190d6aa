import { chromium } from "playwright";
import type { Browser, BrowserContext, Page } from "playwright";
import { afterAll, beforeAll, expect, inject, it } from "vitest";
import { viewLaunchOptions } from "../support/chromium.ts";
import { ExampleProject } from "./example-project.ts";

const resources = new AsyncDisposableStack();
let example: ExampleProject;
let browser: Browser;

beforeAll(async () => {
  example = resources.use(await ExampleProject.open("react", inject("tarball")));
  browser = resources.use(await chromium.launch(viewLaunchOptions()));
  await example.run("build");
});
afterAll(() => resources.disposeAsync());

// As it is deployed, and as it is developed: only there does React mount everything twice.
it.each(["preview", "dev"])("the React app logs in, renews and logs out in all tabs, and survives a reload: npm run %s", async (script) => {
  await using server = await example.serve(script);
  await using context = await browser.newContext();
  const problems: string[] = [];
  const first = await open(context, server.url, problems);
  const second = await open(context, server.url, problems);
  const both = async (text: string): Promise<void> => {
    for (const page of [first, second]) await expect.poll(() => page.getByRole("status").innerText()).toBe(text);
  };

  await both("ann is not logged in");
  await click(first, "Log in");
  await both("ann is logged in, version 1");
  await click(second, "Renew");
  await both("ann is logged in, version 2");
  await first.reload();
  await both("ann is logged in, version 2");

  await first.getByRole("combobox").selectOption("bob");
  await expect.poll(() => first.getByRole("status").innerText()).toBe("bob is not logged in");
  await first.getByRole("combobox").selectOption("ann");
  await click(second, "Log out");
  await both("ann is not logged in");
  expect(problems).toEqual([]);
});

it("the React app shows a failing store as a failure, and gets over it", async () => {
  await using server = await example.serve("preview");
  await using context = await browser.newContext();
  const page = await context.newPage();
  await page.addInitScript(() => {
    const { open: openDatabase } = IDBFactory.prototype;
    IDBFactory.prototype.open = () => {
      throw new DOMException("The disk is full.", "UnknownError");
    };
    Object.assign(globalThis, { mend: () => (IDBFactory.prototype.open = openDatabase) });
  });
  await page.goto(server.url);
  await expect.poll(() => page.getByRole("alert").innerText()).toContain("Try again");
  await page.evaluate("void mend()");
  await click(page, "Try again");
  await expect.poll(() => page.getByRole("status").innerText()).toBe("ann is not logged in");
});

async function open(context: BrowserContext, url: string, problems: string[]): Promise<Page> {
  const page = await context.newPage();
  page.on("pageerror", (error) => problems.push(error.message));
  page.on("console", (message) => ["error", "warning"].includes(message.type()) && problems.push(message.text()));
  await page.goto(url);
  return page;
}

async function click(page: Page, name: string): Promise<void> {
  await page.getByRole("button", { name }).click();
}
