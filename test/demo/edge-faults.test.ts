import { describe, expect } from "vitest";
import { clearSiteData, click, greeting, inspector, logIn, outliveOutage, STUDENTS } from "./demo-site.ts";
import { test as base } from "./visitor.ts";

const HTTP_FAILURE = /Failed to load resource/;
const test = base.extend({ mode: "edge" });

describe("what can go wrong in the portal with its tokens at the edge", () => {
  test("keeps what it has while the browser is offline, and goes on with the connection", async ({ page, visitor }) => {
    visitor.expectedComplaint = HTTP_FAILURE;
    await logIn(page, STUDENTS.amara);
    await inspector(page, "What KV really holds").getByRole("article").first().waitFor();
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
    await logIn(page, STUDENTS.amara);
    // Only so does Zoho grant another refresh token.
    expect(new URL((await address).url()).searchParams.get("prompt")).toBe("consent");
  });

  test("mends a broken index, names a damaged record, and logging out everywhere clears that away", async ({ page, visitor }) => {
    visitor.expectedComplaint = HTTP_FAILURE;
    await logIn(page, STUDENTS.amara);
    const index = inspector(page, "What KV really holds").getByText("tokens:x:user:");
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
});
