import { expect } from "vitest";
import { click, logIn, STUDENTS } from "./demo-site.ts";
import { test as base } from "./visitor.ts";

const HTTP_FAILURE = /Failed to load resource/;
const test = base.extend({ mode: "edge" });

test("over Workers KV the inspector runs a race of look-ups that can be cancelled", async ({ page }) => {
  await page.getByRole("button", { name: "Log in" }).waitFor();
  await click(page, "1,000 tokens");
  await page.getByRole("figure").waitFor();
  await click(page, "Cancel");
  await page.getByRole("status", { name: "The race" }).getByText("cancelled").waitFor();
});

test("over Durable Objects the inspector says what is true of them, and offers nothing that is Workers KV's alone", async ({
  page,
  site,
  visitor,
}) => {
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
