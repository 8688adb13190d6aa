import { AxeBuilder } from "@axe-core/playwright";
import type { BrowserContextOptions, Page } from "playwright";
import { describe, expect } from "vitest";
import { click, damageRecords, greeting, inspector, logIn, STUDENTS } from "./demo-site.ts";
import { test } from "./visitor.ts";

const HTTP_FAILURE = /Failed to load resource/;
const LOOKS = [
  { colorScheme: "light", width: 1280 },
  { colorScheme: "dark", width: 1280 },
  { colorScheme: "light", width: 360 },
  { colorScheme: "dark", width: 360 },
] as const;

/** Axe finds nothing, nothing scrolls sideways; and a picture to look at. */
function inspectorOf(page: Page, mode: string, { colorScheme, width }: (typeof LOOKS)[number]): (view: string) => Promise<void> {
  return async (view) => {
    if (view !== "accounts") await inspector(page, "What this engine promises").waitFor();
    await page.evaluate(() => scrollTo(0, 0));
    await page.screenshot({ path: `test-results/demo-${mode}-${view}-${colorScheme}-${width}.png`, fullPage: true });
    const { violations } = await new AxeBuilder({ page }).analyze();
    expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
  };
}

const optionsFor = ({ colorScheme, width }: (typeof LOOKS)[number]): BrowserContextOptions => ({
  colorScheme,
  viewport: { width, height: 800 },
  reducedMotion: "reduce",
});

describe.for(LOOKS)("the portal with tokens at the edge, in $colorScheme at $width px", (look) => {
  test.override({ browserOptions: optionsFor(look), mode: "edge" });

  test("gives axe no reason to complain, and never scrolls sideways", async ({ page }) => {
    const inspect = inspectorOf(page, "edge", look);
    const logInButton = page.getByRole("button", { name: "Log in" });
    await logInButton.waitFor();
    await inspect("welcome");
    await logInButton.click();
    await page.getByRole("button", { name: STUDENTS.hard }).click();
    await greeting(page, STUDENTS.hard).waitFor();
    await page.getByRole("button", { name: "20 calls at once" }).click();
    await expect.poll(() => page.locator(".calls li[data-source]").count()).toBe(20);
    await page.getByRole("button", { name: "User + client" }).click();
    await page.getByRole("status", { name: "Result" }).getByText("Found").waitFor();
    await page.getByRole("button", { name: "1,000 tokens" }).click();
    await page.getByRole("figure").waitFor();
    await page.getByRole("button", { name: "Cancel" }).click();
    await page.getByRole("status", { name: "The race" }).getByText("cancelled").waitFor();
    await page.locator("summary").first().click();
    await inspect("portal");
  });
});

describe.for([LOOKS[0], LOOKS[3]])("what goes wrong at the edge, in $colorScheme at $width px", (look) => {
  test.override({ browserOptions: optionsFor(look), mode: "edge" });

  test("is told in a view that axe has no complaint about", async ({ page, site, visitor }) => {
    visitor.expectedComplaint = HTTP_FAILURE;
    const inspect = inspectorOf(page, "edge", look);
    await page.goto(`${site.url}?problem=LOGIN_FORGED`);
    await page.getByText("This log-in was refused").waitFor();
    await inspect("refused");
    await logIn(page, STUDENTS.amara);
    await click(page, "Revoke at the server");
    await page.getByRole("heading", { name: "You were logged out" }).waitFor();
    await inspect("ended");
    await logIn(page, STUDENTS.amara);
    await click(page, "Damage the record");
    await page.getByRole("heading", { name: "Your log-in could not be read" }).waitFor();
    await click(page, "Check and repair");
    await page.getByText(/unreadable: [1-9]/).waitFor();
    await inspect("damaged");
    await click(page, "Log out everywhere");
    await page.getByText("You are logged out everywhere.").waitFor();
    await inspect("logged-out");
    await logIn(page, STUDENTS.amara);
    await site.servers.stopStandIn();
    await page.reload();
    await page.getByRole("heading", { name: "The academy can't be reached" }).waitFor();
    await inspect("unreachable");
    await site.servers.startStandIn();
  });
});

describe.for([LOOKS[0], LOOKS[3]])("the portal with tokens in this browser, in $colorScheme at $width px", (look) => {
  test.override({ browserOptions: optionsFor(look) });

  test("gives axe no reason to complain, and never scrolls sideways", async ({ page, site, visitor }) => {
    visitor.expectedComplaint = HTTP_FAILURE;
    const inspect = inspectorOf(page, "browser", look);
    const logInButton = page.getByRole("button", { name: "Log in" });
    await logInButton.waitFor();
    await inspect("welcome");
    await logInButton.click();
    await page.getByRole("heading", { name: "Who are you today?" }).waitFor();
    await inspect("accounts");
    await page.getByRole("button", { name: STUDENTS.hard }).click();
    await greeting(page, STUDENTS.hard).waitFor();
    await page.getByRole("button", { name: "User + client" }).click();
    await page.getByText("with the token sealed in it").click();
    await page.getByRole("status", { name: "Result" }).getByText("Found").waitFor();
    await click(page, "1,000 tokens");
    await page.getByRole("status", { name: "The race" }).getByText("done").waitFor();
    await inspect("portal");
    await site.servers.stopStandIn();
    await page.reload();
    await page.getByRole("heading", { name: "The academy can't be reached" }).waitFor();
    await inspect("unreachable");
    await site.servers.startStandIn();
    await click(page, "Try again");
    await greeting(page, STUDENTS.hard).waitFor();
    await page.getByRole("button", { name: "Expire now" }).click();
    await page.getByRole("heading", { name: "Your log-in has expired" }).waitFor();
    await inspect("expired");
    await page.getByRole("button", { name: "Log out" }).click();
    await page.getByText("You are logged out.").waitFor();
    await inspect("logged-out");
    await logIn(page, STUDENTS.amara);
    await damageRecords(page);
    await page.reload();
    await page.getByText(/ERR_RECORD_CORRUPT/).waitFor();
    await inspect("damaged");
  });
});

describe("the portal", () => {
  test("is used by keyboard alone, which keeps its place", async ({ page }) => {
    await page.getByRole("button", { name: "Log in" }).waitFor();
    await tabTo(page, "Log in");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Who are you today?" }).waitFor();
    await tabTo(page, "Cancel");
    await page.keyboard.press("Shift+Tab");
    await page.keyboard.press("Enter");
    await greeting(page, STUDENTS.hard).waitFor();
    await tabTo(page, "Id");
    await page.keyboard.press("Enter");
    await page.getByRole("status", { name: "Result" }).getByText("Found").waitFor();
    await page.reload();
    await greeting(page, STUDENTS.hard).waitFor();
    await tabTo(page, "Log out");
    await page.keyboard.press("Enter");
    await page.getByText("You are logged out.").waitFor();
    await expect.poll(() => page.evaluate(() => document.activeElement?.tagName)).toBe("MAIN");
  });

  test("stands still while the countdown runs", async ({ page }) => {
    await logIn(page, STUDENTS.amara);
    const timer = inspector(page, "The token").getByRole("timer");
    const [before, place] = [await timer.innerText(), await page.getByRole("button", { name: "Find", exact: true }).boundingBox()];
    await expect.poll(() => timer.innerText(), { timeout: 60_000 }).not.toBe(before);
    expect(await page.getByRole("button", { name: "Find", exact: true }).boundingBox()).toEqual(place);
  });
});

async function tabTo(page: Page, name: string): Promise<void> {
  const focusedName = (): Promise<string | undefined> => page.evaluate(() => document.activeElement?.textContent?.trim());
  for (let presses = 0; presses < 30; presses++) {
    await page.keyboard.press("Tab");
    if ((await focusedName()) === name) return;
  }
  throw new Error(`The Tab key does not reach "${name}".`);
}
