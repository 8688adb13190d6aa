import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright";
import { afterEach, beforeEach, describe, expect } from "vitest";
import { click, greeting, logIn, openPortal, startDemoSite, STUDENTS } from "./demo-site.ts";
import type { DemoSite } from "./demo-site.ts";
import { test } from "./visitor.ts";
import type { Visitor } from "./visitor.ts";

let directory: string;
/** The secret of the first start, in a test that takes it away. */
let lost: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "demo-restart-"));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

/** Logs in, stops all servers and starts them again: that of the page, the Worker, the stand-in. */
async function restartUnder(
  visitor: Visitor,
  work: (page: Page, site: DemoSite) => Promise<void>,
  meanwhile?: () => Promise<void>,
): Promise<void> {
  // The page may just be asking when the servers go.
  visitor.expectedComplaint = /Failed to load resource/;
  const first = await startDemoSite({ directory });
  for (const url of [first.url, first.standIn]) visitor.allowedOrigins.add(new URL(url).origin);
  const page = await openPortal(visitor.context, first);
  await click(page, "Log in");
  await page.getByRole("button", { name: STUDENTS.amara }).click();
  await greeting(page, STUDENTS.amara).waitFor();
  await first[Symbol.asyncDispose]();
  await meanwhile?.();

  await using second = await startDemoSite({ directory, port: Number(new URL(first.url).port) });
  // Otherwise nothing of what was stored is of use.
  expect([second.url, second.standIn]).toEqual([first.url, first.standIn]);
  await page.reload();
  await work(page, second);
  await page.close();
}

describe("a log-in with the tokens at the edge", () => {
  test.override({ mode: "edge" });

  test("outlives a restart of the demo, and its token is refreshed afterwards", ({ visitor }) =>
    restartUnder(visitor, async (page, { servers }) => {
      await greeting(page, STUDENTS.amara).waitFor();
      await click(page, "Expire, then 20 calls at once");
      await expect.poll(() => page.locator(".calls li[data-source]").count()).toBe(20);
      expect(await page.getByRole("status", { name: "Outcome of the calls" }).innerText()).toMatch(/^1 refreshed/);
      expect(await page.locator('.calls li[data-source^="failed"]').count()).toBe(0);
      expect(servers.standIn.state.refreshes).toBe(1);
      await page.reload();
      await greeting(page, STUDENTS.amara).waitFor();
    }));

  test("has ended where the KV was emptied, says so, and can be had anew", ({ visitor }) =>
    restartUnder(
      visitor,
      async (page) => {
        await page.getByText("The tokens of your log-in are no longer stored. Log in again to go on.").waitFor();
        await click(page, "Log in again");
        await page.getByRole("button", { name: STUDENTS.amara }).click();
        await greeting(page, STUDENTS.amara).waitFor();
      },
      () => rm(join(directory, "state", "kv"), { recursive: true }),
    ));

  test("can't be read with another secret, and tells who runs the portal what to do", ({ visitor }) =>
    restartUnder(
      visitor,
      async (page, { servers }) => {
        const advice = /sealed with another secret\. Whoever runs this portal can set that one as TOKEN_SECRET_PREVIOUS/;
        await page.getByRole("heading", { name: "Your log-in could not be read" }).waitFor();
        await page.getByText(advice).waitFor();
        expect(await page.locator("button.primary").allInnerTexts()).toEqual(["Try again"]);
        const cookies = await visitor.context.cookies();
        await visitor.context.clearCookies();
        await page.reload();
        await click(page, "Log in");
        await page.getByRole("button", { name: STUDENTS.amara }).click();
        await page.getByRole("status").getByText(advice).waitFor();
        await visitor.context.addCookies(cookies);
        await servers.restartWorker({ TOKEN_SECRET_PREVIOUS: lost });
        await page.reload();
        await greeting(page, STUDENTS.amara).waitFor();
      },
      async () => {
        lost = await readFile(join(directory, "token-secret"), "utf8");
        await rm(join(directory, "token-secret"));
      },
    ));
});

describe("a log-in with the token in the browser", () => {
  test("outlives a restart of the demo, and can still be ended at the server", ({ visitor }) =>
    restartUnder(visitor, async (page) => {
      await greeting(page, STUDENTS.amara).waitFor();
      await click(page, "Log out");
      await page.getByText("You are logged out.").waitFor();
      await logIn(page, STUDENTS.jonas);
    }));
});
