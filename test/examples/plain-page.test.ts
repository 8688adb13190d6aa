import { chromium } from "playwright";
import type { Browser, BrowserContext, Page } from "playwright";
import { afterAll, beforeAll, expect, inject, it } from "vitest";
import { viewLaunchOptions } from "../support/chromium.ts";
import { ExampleProject } from "./example-project.ts";

const HOSTILE = 'O\'Brien <img src="x" onerror="document.title=1">';

const resources = new AsyncDisposableStack();
let url: string;
let browser: Browser;

beforeAll(async () => {
  const example = resources.use(await ExampleProject.open("plain-page", inject("tarball")));
  ({ url } = resources.use(await example.serve("start")));
  browser = resources.use(await chromium.launch(viewLaunchOptions()));
});
afterAll(() => resources.disposeAsync());

it("the page without a bundler saves, finds, tells its tabs, and survives a reload", async () => {
  const context = await browser.newContext();
  const problems: string[] = [];
  const first = await open(context, problems);
  const second = await open(context, problems);

  await logIn(first, "ann");
  await logIn(first, HOSTILE);
  for (const page of [first, second]) await expect.poll(() => users(page)).toEqual([HOSTILE, "ann"]);
  expect(await find(second, "ann")).toMatch(/^Logged in until \d/);
  expect(await find(second, "bob")).toBe("Not logged in");

  await first.reload();
  await expect.poll(() => users(first)).toEqual([HOSTILE, "ann"]);
  await first.getByRole("listitem").filter({ hasText: "ann" }).getByRole("button", { name: "Log out" }).click();
  for (const page of [first, second]) await expect.poll(() => users(page)).toEqual([HOSTILE]);
  expect(await find(second, "ann")).toBe("Not logged in");

  expect(await first.title()).toBe("Log-ins that survive a reload");
  expect(problems).toEqual([]);
});

it("the page without a bundler tells an expired log-in from one that holds", async () => {
  const page = await open(await browser.newContext(), []);
  await logIn(page, "ann");
  await page.clock.setFixedTime(Date.now() + 2 * 3600 * 1000);
  expect(await find(page, "ann")).toMatch(/^Expired at \d/);
  await page.reload();
  await expect.poll(() => users(page)).toEqual(["ann (expired)"]);
});

it("shows a failing store as a failure, not as nobody being logged in", async () => {
  const page = await browser.newPage();
  await page.addInitScript(() => {
    IDBFactory.prototype.open = () => {
      throw new DOMException("The disk is full.", "UnknownError");
    };
  });
  await page.goto(url);
  await expect.poll(() => page.getByRole("alert").innerText()).toMatch(/^ERR_STORE_UNAVAILABLE: /);
});

async function open(context: BrowserContext, problems: string[]): Promise<Page> {
  const page = await context.newPage();
  page.on("pageerror", (error) => problems.push(error.message));
  page.on("console", (message) => message.type() !== "info" && problems.push(message.text()));
  await page.goto(url);
  return page;
}

async function logIn(page: Page, userName: string): Promise<void> {
  await page.getByLabel("User name").fill(userName);
  await page.getByRole("button", { name: "Log in" }).click();
  await expect.poll(() => page.getByLabel("User name").inputValue()).toBe("");
}

async function find(page: Page, userName: string): Promise<string> {
  await page.locator("output").evaluate((output) => output.replaceChildren());
  await page.getByLabel("Find a user").fill(userName);
  await page.getByRole("button", { name: "Find" }).click();
  await expect.poll(() => page.locator("output").innerText()).not.toBe("");
  return page.locator("output").innerText();
}

async function users(page: Page): Promise<string[]> {
  const texts = await page.getByRole("listitem").allInnerTexts();
  return texts.map((text) => text.replace(/ Log out$/, ""));
}
