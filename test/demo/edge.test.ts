import type { Page, Request } from "playwright";
import { describe, expect } from "vitest";
import { pageHead } from "../../demo/local/page-head.ts";
import { clearSiteData, click, greeting, inspector, openPortal, outliveOutage, STUDENTS } from "./demo-site.ts";
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
    await inspector(page, "What really lies in the KV").getByRole("article").first().waitFor();
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
    const keys = inspector(page, "What really lies in the KV").getByRole("article");
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

  test("keeps what it has while the browser is offline, and goes on with the connection", async ({ page, visitor }) => {
    visitor.expectedComplaint = HTTP_FAILURE;
    await logIn(page, STUDENTS.amara);
    await inspector(page, "What really lies in the KV").getByRole("article").first().waitFor();
    await visitor.context.setOffline(true);
    await page.evaluate(() => window.dispatchEvent(new Event("focus")));
    await page.getByRole("main").getByText("You are offline.").waitFor();
    await greeting(page, STUDENTS.amara).waitFor();
    // The last that the page asks for: nothing is under way when the connection goes again.
    const last = ["**/inspector/token", "**/inspector/storage"].map((path) => page.waitForResponse(path));
    await visitor.context.setOffline(false);
    await page.getByRole("main").getByText("You are offline.").waitFor({ state: "detached" });
    await greeting(page, STUDENTS.amara).waitFor();
    await Promise.all(last);
    await page.getByRole("button", { name: "Refresh now" }).waitFor();
    await visitor.context.setOffline(true);
    await click(page, "Refresh now");
    await page.getByRole("heading", { name: "The academy can't be reached" }).waitFor();
    await visitor.context.setOffline(false);
    await greeting(page, STUDENTS.amara).waitFor();
  });

  test("says below the portal, too, what came of each button", async ({ page, visitor }) => {
    visitor.expectedComplaint = HTTP_FAILURE;
    await logIn(page, STUDENTS.amara);
    const version = async (): Promise<number> => {
      const fields = await inspector(page, "The token, in the Worker").locator(".fields > div").allInnerTexts();
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

  test("notices that the site's data was cleared under it, and logs in again", async ({ page, site }) => {
    await logIn(page, STUDENTS.amara);
    await clearSiteData(page, site);
    await page.evaluate(() => window.dispatchEvent(new Event("focus")));
    await page.getByText("You were logged out elsewhere.").waitFor();
    await logIn(page, STUDENTS.amara);
  });

  test("says so when the servers are down, and goes on when they are back", async ({ page, site, visitor }) => {
    visitor.expectedComplaint = HTTP_FAILURE;
    await logIn(page, STUDENTS.amara);
    await outliveOutage(page, site, STUDENTS.amara);
  });

  test.for(["<!doctype html><title>Sign in to the guest network</title>", ""])(
    "takes an answer that is not the Worker's for no log-out: %j",
    async (body, { page }) => {
      await logIn(page, STUDENTS.amara);
      await page.route("**/auth/session", (route) => route.fulfill({ status: 200, contentType: "text/html", body }));
      await page.reload();
      await page.getByRole("heading", { name: "That did not work" }).waitFor();
      await page.getByText("The Worker's answer (200) can't be read.").waitFor();
      await page.unroute("**/auth/session");
      await page.route("**/inspector/token", (route) => route.fulfill({ status: 200, contentType: "text/html", body }));
      await click(page, "Try again");
      await greeting(page, STUDENTS.amara).waitFor();
      await inspector(page, "The token, in the Worker").getByText("No token can be read.").waitFor();
    },
  );

  test("says when the accounts server wants a pause, and a new log-in ends it", async ({ page, site, visitor }) => {
    visitor.expectedComplaint = HTTP_FAILURE;
    await logIn(page, STUDENTS.amara);
    const { refreshTokens } = site.servers.standIn.state;
    for (const [token] of refreshTokens.toJSON()) while (typeof refreshTokens.use(token) === "object");
    await click(page, "Expire now");
    await page.getByRole("heading", { name: "The accounts server wants a pause" }).waitFor();
    await page.getByText("Zoho's limit is ten access tokens for one refresh token in ten minutes.").waitFor();
    await page.getByRole("alert").getByRole("button", { name: "Log out" }).click();
    await page.getByText("You are logged out.").waitFor();
    await logIn(page, STUDENTS.amara);
    await click(page, "Refresh now");
    await page.getByText("A new access token is stored").waitFor();
    await greeting(page, STUDENTS.amara).waitFor();
  });

  test("goes on over a rename and a rotated secret, and says after a revocation why a log-in is needed", async ({ page, visitor }) => {
    visitor.expectedComplaint = HTTP_FAILURE;
    await logIn(page, STUDENTS.amara);
    await click(page, "Rename the user");
    await inspector(page, "The token, in the Worker").getByText("renamed.amara.okafor@zylker.example").waitFor();
    await click(page, "Rotate the secret");
    await page.getByText("Records sealed anew: 1.").waitFor();
    await greeting(page, STUDENTS.amara).waitFor();
    await click(page, "Revoke at the server");
    await page.getByRole("heading", { name: "You were logged out" }).waitFor();
    await page.getByText("it was withdrawn there, or newer log-ins took its place. Log in again").waitFor();
    await page.reload();
    const address = page.waitForRequest(/\/oauth\/v2\/auth\?/);
    await logIn(page, STUDENTS.amara, "Log in again");
    // Only so does Zoho grant another refresh token.
    expect(new URL((await address).url()).searchParams.get("prompt")).toBe("consent");
  });

  test("mends a broken index, names a damaged record, and logging out everywhere clears that away", async ({ page, visitor }) => {
    visitor.expectedComplaint = HTTP_FAILURE;
    await logIn(page, STUDENTS.amara);
    const index = inspector(page, "What really lies in the KV").getByText("tokens:x:user:");
    await index.first().waitFor();
    await click(page, "Break the index");
    await expect.poll(() => index.count()).toBe(0);
    await click(page, "Check and repair");
    await page.getByText(/unreadable: 0\. Index entries missing: ([1-9]\d*)\. Repaired: \1\./).waitFor();
    await click(page, "Damage the record");
    await page.getByText("The stored tokens are damaged").waitFor();
    await click(page, "Check and repair");
    await page.getByText(/unreadable: [1-9]/).waitFor();
    await click(page, "Log out everywhere");
    await page.getByText("You are logged out everywhere.").waitFor();
    await logIn(page, STUDENTS.amara);
  });

  test("damages the record of one student alone, whose next log-in says what is wrong", async ({ page, visitor }) => {
    visitor.expectedComplaint = HTTP_FAILURE;
    const forgetSession = async (): Promise<void> => {
      await visitor.context.clearCookies();
      await page.reload();
    };
    await logIn(page, STUDENTS.jonas);
    await forgetSession();
    await logIn(page, STUDENTS.amara);
    await click(page, "Damage the record");
    await page.getByText("The stored tokens are damaged").waitFor();
    const cookies = await visitor.context.cookies();
    await forgetSession();
    await click(page, "Log in");
    await page.getByRole("button", { name: STUDENTS.amara }).click();
    await page.getByText("what is stored of an earlier one can't be read").waitFor();
    await logIn(page, STUDENTS.jonas);
    await visitor.context.addCookies(cookies);
    await page.reload();
    await click(page, "Log out everywhere");
    await page.getByText("You are logged out everywhere.").waitFor();
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

  test("works where the browser denies storage", async ({ page, visitor }) => {
    await page.getByRole("button", { name: "Log in", exact: true }).waitFor();
    await visitor.context.addInitScript(() => {
      for (const name of ["localStorage", "sessionStorage"])
        Object.defineProperty(window, name, {
          get: () => {
            throw new DOMException("Access is denied for this document.", "SecurityError");
          },
        });
    });
    await page.reload();
    await logIn(page, STUDENTS.amara);
    expect(await page.getByRole("group", { name: "Where the tokens are" }).count()).toBe(0);
  });

  test("runs a race of look-ups that can be cancelled", async ({ page }) => {
    await page.getByRole("button", { name: "Log in" }).waitFor();
    await click(page, "1,000 tokens");
    await page.getByRole("figure").waitFor();
    await click(page, "Cancel");
    await page.getByRole("status", { name: "The race" }).getByText("cancelled").waitFor();
  });
});

describe("the inspector with the tokens in Durable Objects", () => {
  test("says what is true of them, and offers nothing that is Workers KV's alone", async ({ page, site, visitor }) => {
    // The page may just be asking when the Worker goes.
    visitor.expectedComplaint = HTTP_FAILURE;
    await site.servers.restartWorker({ TOKEN_STORAGE: "durable-object" });
    await page.reload();
    await logIn(page, STUDENTS.amara);
    await page.getByText("createDurableObjectTokenStore()").waitFor();
    await page.getByRole("button", { name: "Check and repair" }).waitFor();
    for (const name of ["Break the index", "Damage the record"]) expect(await page.getByRole("button", { name }).count()).toBe(0);
    await click(page, "User + client");
    expect(await page.getByRole("status", { name: "Result" }).filter({ hasText: "Found" }).innerText()).not.toContain("read");
    await click(page, "1,000 tokens");
    await page.getByRole("status", { name: "The race" }).getByText("done").waitFor();
    expect(await page.locator("body").innerText()).not.toMatch(/\bKV\b/);
    await site.servers.restartWorker({ TOKEN_STORAGE: "kv" });
  });
});

async function logIn(page: Page, student: string, button = "Log in"): Promise<void> {
  await click(page, button);
  await page.getByRole("button", { name: student }).click();
  await greeting(page, student).waitFor();
}
