import type { Page } from "playwright";
import { describe, expect } from "vitest";
import {
  STUDENTS,
  clearRecords,
  clearSiteData,
  click,
  damageRecords,
  finderResult,
  greeting,
  inspector,
  logIn,
  openPortal,
  outliveOutage,
  pickStudent,
  startDemoSite,
  storedRecords,
} from "./demo-site.ts";
import type { DemoSite } from "./demo-site.ts";
import { test } from "./visitor.ts";

const HTTP_FAILURE = /Failed to load resource/;

describe("logging in to the portal", () => {
  test("shows the student's own courses", async ({ page }) => {
    await logIn(page, STUDENTS.amara);
    await page.getByRole("heading", { name: "Field Botany" }).waitFor();
  });

  test("leaves no access token in the address or in visible text", async ({ page, site }) => {
    const accessToken = await logIn(page, STUDENTS.amara);
    expect(accessToken).toMatch(/^1000\./);
    expect(page.url()).toBe(site.url);
    expect(await inspector(page, "The token").innerText()).toContain(`[redacted, ${accessToken.length} characters]`);
    await click(page, "Access token");
    await finderResult(page, "Found");
    expect(await page.locator("body").innerText()).not.toContain(accessToken);
  });

  test("outlives a reload", async ({ page }) => {
    await logIn(page, STUDENTS.amara);
    await page.reload();
    await greeting(page, STUDENTS.amara).waitFor();
  });

  test("holds for a second tab", async ({ page, site, visitor }) => {
    await logIn(page, STUDENTS.amara);
    await greeting(await openPortal(visitor.context, site), STUDENTS.amara).waitFor();
  });

  test("sends another state each time", async ({ page }) => {
    const states = new Set<string>();
    for (let count = 0; count < 2; count++) {
      await leaveForAccounts(page);
      states.add(new URL(page.url()).searchParams.get("state")!);
      await click(page, "Cancel");
      await page.getByText("The log-in was cancelled.").waitFor();
    }
    expect([...states].map((state) => state.length)).toEqual([32, 32]);
  });

  test("is refused with a state that this tab did not send", async ({ page, site }) => {
    await leaveForAccounts(page);
    await page.goto(`${site.url}#access_token=1000.stolen&expires_in=3600&api_domain=${site.standIn}&state=guessed`);
    await expectRefusal(page, site);
  });

  test("is refused where the answer comes into the open page without being asked for", async ({ page, site }) => {
    await page.evaluate(() => void (location.hash = "access_token=1000.stolen&expires_in=3600&state="));
    await expectRefusal(page, site);
  });

  test("can be cancelled", async ({ page, site }) => {
    await leaveForAccounts(page);
    await click(page, "Cancel");
    await page.getByText("The log-in was cancelled.").waitFor();
    expect(page.url()).toBe(site.url);
    expect(await storedRecords(page)).toBe(0);
  });

  test("as another student leaves nothing of the first", async ({ page, site }) => {
    const first = await logIn(page, STUDENTS.amara);
    await click(page, "Log in as another student");
    await pickStudent(page, STUDENTS.jonas);
    await expect.poll(() => storedRecords(page)).toBe(1);
    await expect.poll(() => askApi(site, first)).toBe(401);
  });

  test("shows a name as text, whatever is in it", async ({ page }) => {
    await logIn(page, STUDENTS.hard);
    await click(page, "User");
    await finderResult(page, "Found");
    expect(await page.getByRole("heading", { level: 1 }).locator(":not(bdi)").count()).toBe(0);
    expect(await page.locator("b", { hasText: /zoë/i }).count()).toBe(0);
  });
});

describe("the end of a log-in", () => {
  test("comes with the token's expiry, and another log-in goes on", async ({ page }) => {
    await logIn(page, STUDENTS.amara);
    await click(page, "Expire now");
    await page.getByText("The token has expired.").waitFor();
    await page.getByRole("heading", { name: "Your log-in has expired" }).waitFor();
    await inspector(page, "The token").getByRole("timer").filter({ hasText: "expired" }).waitFor();
    await logIn(page, STUDENTS.amara);
    expect(await storedRecords(page)).toBe(1);
  });

  test("comes when the server refuses the token", async ({ page, site, visitor }) => {
    visitor.expectedComplaint = HTTP_FAILURE;
    const accessToken = await logIn(page, STUDENTS.amara);
    await fetch(`${site.standIn}/oauth/v2/token/revoke?token=${accessToken}`, { method: "POST" });
    await page.reload();
    await page.getByRole("heading", { name: "Your log-in is no longer valid" }).waitFor();
    await logIn(page, STUDENTS.amara);
  });

  test("comes with the token's deletion", async ({ page }) => {
    await logIn(page, STUDENTS.amara);
    await click(page, "Delete token");
    await page.getByText("The token was deleted here").waitFor();
    await page.getByRole("heading", { name: "Student portal" }).waitFor();
    await expect.poll(() => storedRecords(page)).toBe(0);
  });

  test("by logging out deletes the token here and revokes it at the server", async ({ page, site }) => {
    const accessToken = await logIn(page, STUDENTS.amara);
    await click(page, "Log out");
    await page.getByText("You are logged out.").waitFor();
    await expect.poll(() => storedRecords(page)).toBe(0);
    expect(await askApi(site, accessToken)).toBe(401);
  });

  test("is noticed in the other tab at once", async ({ page, site, visitor }) => {
    await logIn(page, STUDENTS.amara);
    const other = await openPortal(visitor.context, site);
    await greeting(other, STUDENTS.amara).waitFor();
    await click(page, "Log out");
    await page.getByText("You are logged out.").waitFor();
    await other.getByText("You were logged out in another tab.").waitFor();
  });

  test.for(["focus", "visibilitychange"])("is noticed on %s where nothing told of it", async (event, { page }) => {
    await logIn(page, STUDENTS.amara);
    await clearRecords(page);
    // Playwright keeps every tab focused and visible, so what a browser would say is said for it.
    await page.evaluate((type) => document.dispatchEvent(new Event(type, { bubbles: true })), event);
    await page.getByText("You were logged out in another tab.").waitFor();
  });
});

describe("what can go wrong in the portal", () => {
  test("the servers are down: it says so, and logging out works all the same", async ({ visitor }) => {
    visitor.expectedComplaint = HTTP_FAILURE;
    await using lonely = await startDemoSite();
    for (const origin of [new URL(lonely.url).origin, lonely.standIn]) visitor.allowedOrigins.add(origin);
    const page = await openPortal(visitor.context, lonely);
    await logIn(page, STUDENTS.amara);
    await lonely.servers.stopStandIn();
    await page.reload();
    await page.getByRole("heading", { name: "The academy can't be reached" }).waitFor();
    await click(page, "Log out");
    await page.getByText("You are logged out in this browser.").waitFor();
    await page.close();
  });

  test("the servers are down and up again: it goes on", async ({ page, site, visitor }) => {
    visitor.expectedComplaint = HTTP_FAILURE;
    await logIn(page, STUDENTS.amara);
    await outliveOutage(page, site, STUDENTS.amara);
  });

  test("the browser is offline: it says so, and goes on with the connection", async ({ page, visitor }) => {
    visitor.expectedComplaint = HTTP_FAILURE;
    await logIn(page, STUDENTS.amara);
    // The page comes from the browser's memory; the API alone is out of reach.
    await page.route("**/crm/v8/**", (route) => route.abort());
    await page.reload();
    await page.getByRole("heading", { name: "The academy can't be reached" }).waitFor();
    await page.unroute("**/crm/v8/**");
    await page.evaluate(() => window.dispatchEvent(new Event("online")));
    await greeting(page, STUDENTS.amara).waitFor();
  });

  test("the site's data is cleared under it: it notices, and logs in again with new keys", async ({ page, site }) => {
    await logIn(page, STUDENTS.amara);
    await clearSiteData(page, site);
    await page.evaluate(() => localStorage.setItem("zylker-mode", "browser"));
    await page.evaluate(() => window.dispatchEvent(new Event("focus")));
    await page.getByText("You were logged out in another tab.").waitFor();
    await logIn(page, STUDENTS.amara);
    expect(await storedRecords(page)).toBe(1);
    await page.reload();
    await greeting(page, STUDENTS.amara).waitFor();
  });

  test("a damaged record is named by its error code, and can be forgotten", async ({ page }) => {
    await logIn(page, STUDENTS.amara);
    await damageRecords(page);
    await page.reload();
    await page.getByText(/ERR_RECORD_CORRUPT/).waitFor();
    await click(page, "Forget all log-ins in this browser");
    await page.getByRole("heading", { name: "Student portal" }).waitFor();
  });
});

async function leaveForAccounts(page: Page): Promise<void> {
  await click(page, "Log in");
  await page.getByRole("heading", { name: "Who are you today?" }).waitFor();
}

async function expectRefusal(page: Page, site: DemoSite): Promise<void> {
  await page.getByText("This log-in was refused").waitFor();
  expect(page.url()).toBe(site.url);
  expect(await storedRecords(page)).toBe(0);
}

async function askApi({ standIn }: DemoSite, accessToken: string): Promise<number> {
  return (await fetch(`${standIn}/crm/v8/Courses`, { headers: { Authorization: `Zoho-oauthtoken ${accessToken}` } })).status;
}
