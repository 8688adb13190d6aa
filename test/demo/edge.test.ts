import type { Page, Request } from "playwright";
import { describe, expect } from "vitest";
import { pageHead } from "../../demo/local/page-head.ts";
import { click, greeting, inspector, logIn, openPortal, STUDENTS } from "./demo-site.ts";
import { test as base } from "./visitor.ts";

const HTTP_FAILURE = /Failed to load resource/;
const test = base.extend({ mode: "edge" });

describe("the portal with its tokens at the edge", () => {
  test("logs in, outlives a reload and a restart of the Worker, and holds for a second tab", async ({ page, site, visitor }) => {
    await logIn(page, STUDENTS.amara);
    expect(page.url()).toBe(site.url);
    await page.getByRole("heading", { name: "Field Botany" }).waitFor();
    await page.getByRole("heading", { name: "Bring your goggles" }).waitFor();
    await page.reload();
    await greeting(page, STUDENTS.amara).waitFor();
    // The last that the page asks for: nothing is under way when the Worker goes.
    await inspector(page, "What KV really holds").getByRole("article").first().waitFor();
    await site.servers.restartWorker();
    await page.reload();
    await greeting(page, STUDENTS.amara).waitFor();
    await greeting(await openPortal(visitor.context, site), STUDENTS.amara).waitFor();
  });

  test("gives the page no cookie to read and no token, anywhere", async ({ page, visitor }) => {
    const answers: Promise<string>[] = [];
    const textOf = async (request: Request): Promise<string> => (await (await request.response())?.text()) ?? "";
    // Those that were answered whole: what a navigation cuts off has no text to wait for.
    visitor.context.on("requestfinished", (request) => {
      if (/\/(auth|api|inspector)\//.test(request.url())) answers.push(textOf(request).catch(() => ""));
    });
    await logIn(page, STUDENTS.amara);
    await inspector(page, "The token, in the Worker").getByRole("timer").waitFor();
    expect(await page.evaluate(() => [document.cookie, Object.keys(localStorage), Object.keys(sessionStorage)])).toEqual([
      "",
      ["zylker-mode"],
      [],
    ]);
    const seen = (await Promise.all(answers)).join("\n");
    expect(seen).toContain("Field Botany");
    expect(seen).not.toMatch(/1000\.[0-9a-f]{32}/);
    expect(await page.locator("body").textContent()).not.toMatch(/1000\.[0-9a-f]{32}/);
    const [cookie, ...others] = await visitor.context.cookies();
    expect(others).toEqual([]);
    expect(cookie).toMatchObject({ name: "__Host-session", httpOnly: true, secure: true, sameSite: "Lax", path: "/" });
  });

  test("refreshes once for twenty calls at once, and finds by one read", async ({ page, site }) => {
    await logIn(page, STUDENTS.amara);
    const before = site.servers.standIn.state.refreshes;
    await click(page, "Expire, then 20 calls at once");
    const outcome = page.getByRole("status", { name: "Outcome of the calls" });
    await expect.poll(() => page.locator(".calls li[data-source]").count()).toBe(20);
    expect(await outcome.innerText()).toMatch(/^1 refreshed/);
    expect(await page.locator('.calls li[data-source^="failed"]').count()).toBe(0);
    expect(site.servers.standIn.state.refreshes).toBe(before + 1);
    await click(page, "User + client");
    await page.getByRole("status", { name: "Result" }).getByText("with 1 read").waitFor();
  });

  test("logs out in all tabs at once, and takes the token away", async ({ page, site, visitor }) => {
    await logIn(page, STUDENTS.hard);
    const other = await openPortal(visitor.context, site);
    await greeting(other, STUDENTS.hard).waitFor();
    const keys = inspector(page, "What KV really holds").getByRole("article");
    await expect.poll(() => keys.count()).toBeGreaterThan(4);
    const before = await keys.count();
    await click(page, "Log out");
    await page.getByText("You are logged out.").waitFor();
    await other.getByText("You were logged out elsewhere.").waitFor();
    await expect.poll(() => keys.count()).toBeLessThan(before);
  });

  test("logs in in all tabs at once, and tells what was done alone", async ({ page, site, visitor }) => {
    visitor.expectedComplaint = HTTP_FAILURE;
    const other = await openPortal(visitor.context, site);
    await other.getByRole("button", { name: "Log in", exact: true }).waitFor();
    await logIn(page, STUDENTS.amara);
    await greeting(other, STUDENTS.amara).waitFor();
    const log = (tab: Page): Promise<string[]> => tab.getByRole("log").getByRole("listitem").locator("b").allInnerTexts();
    await click(page, "Check and repair");
    await page.getByText("Repaired: 0.").waitFor();
    await page.route("**/auth/logout", (route) => route.abort());
    await click(page, "Log out");
    await page.getByText("The Worker does not answer.").waitFor();
    for (const tab of [page, other]) expect(await log(tab)).toEqual(["logged in"]);
    await page.unroute("**/auth/logout");
    await page.reload();
    await greeting(page, STUDENTS.amara).waitFor();
    await click(page, "Log out");
    await other.getByText("You were logged out elsewhere.").waitFor();
    for (const [tab, told] of [
      [page, ["logged out"]],
      [other, ["logged in", "logged out"]],
    ] as const)
      expect(await log(tab)).toEqual(told);
  });

  test("does one thing at a time, and shows that it is at it", async ({ page }) => {
    await logIn(page, STUDENTS.amara);
    const asked: string[] = [];
    let release = (): void => {};
    const held = new Promise<void>((resolve) => (release = resolve));
    await page.route(/\/inspector\/(refresh|expire)$/, async (route) => {
      asked.push(route.request().url());
      await held;
      await route.continue();
    });
    await page.getByRole("button", { name: "Refresh now" }).dblclick();
    await click(page, "Expire now");
    expect(await page.locator(".page").getAttribute("aria-busy")).toBe("true");
    release();
    await page.getByText("A new access token is stored").waitFor();
    expect(await page.locator(".page").getAttribute("aria-busy")).toBe("false");
    expect(asked).toHaveLength(1);
    await click(page, "Expire now");
    await page.getByText("the version is two higher").waitFor();
  });

  test("says below the portal, too, what came of each button", async ({ page, visitor }) => {
    visitor.expectedComplaint = HTTP_FAILURE;
    await logIn(page, STUDENTS.amara);
    const version = async (): Promise<number> => {
      const token = inspector(page, "The token, in the Worker");
      await token.getByRole("timer").waitFor();
      const fields = await token.locator(".fields > div").allInnerTexts();
      return Number(/version\s+(\d+)/.exec(fields.join("\n"))![1]);
    };
    const before = await version();
    await click(page, "Expire now");
    await page.getByText("the version is two higher").waitFor();
    await expect.poll(version).toBe(before + 2);
    await click(page, "Damage the record");
    await page.getByText("One character of the sealed record was changed.").waitFor();
    await click(page, "Log out everywhere");
    await logIn(page, STUDENTS.amara);
    await click(page, "Revoke at the server");
    await page.getByText("The server has revoked the tokens.").waitFor();
  });

  test("logs out everywhere: another browser notices when it is turned to", async ({ page, site, visitor, browser }) => {
    visitor.expectedComplaint = HTTP_FAILURE;
    await logIn(page, STUDENTS.jonas);
    const elsewhere = await browser.newContext();
    const other = await openPortal(elsewhere, site);
    await logIn(other, STUDENTS.jonas);
    await click(page, "Log out everywhere");
    await page.getByText("You are logged out everywhere.").waitFor();
    // Playwright keeps every tab focused, so what a browser would say is said for it.
    await other.evaluate(() => window.dispatchEvent(new Event("focus")));
    await other.getByText("You were logged out elsewhere.").waitFor();
    await elsewhere.close();
  });

  test("shows names and messages as text, whatever is in them", async ({ page }) => {
    await logIn(page, STUDENTS.hard);
    await page.getByRole("heading", { name: '<img src=x onerror="alert(1)"> & friends' }).waitFor();
    expect(await page.locator("main b, main img, main script").count()).toBe(0);
  });

  test("calls the academy made up only where it is", async ({ page, site }) => {
    await page.getByText("The academy is made up.").waitFor();
    await page.route(site.url, async (route) => {
      const response = await route.fetch();
      const real = pageHead("http://127.0.0.1:1", "https://accounts.zoho.com").find(({ name }) => name === "academy")!["content"]!;
      await route.fulfill({ response, body: (await response.text()).replace('content="made-up"', `content="${real}"`) });
    });
    await page.reload();
    await page.getByText("A demo of edge-token-store.").waitFor();
    expect(await page.getByText("The academy is made up.").count()).toBe(0);
  });
});
