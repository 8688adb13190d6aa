import type { Page } from "playwright";
import { describe, expect } from "vitest";
import { click, finderResult, inspector, logIn, STUDENTS } from "./demo-site.ts";
import { test } from "./visitor.ts";

describe("the inspector's finder", () => {
  test("finds the token by what is stored, and says what a browser does not get", async ({ page }) => {
    await logIn(page, STUDENTS.hard);
    for (const label of ["Id", "User", "User + client", "Access token"]) {
      await click(page, label);
      expect(await finderResult(page, "Found")).toContain("@zylker.example");
      await click(page, "Grant token");
      expect(await finderResult(page, "Grant token")).toContain("absent");
    }
    await click(page, "Refresh token");
    expect(await finderResult(page, "Refresh token")).toContain("absent");
  });

  test("finds by a value that was typed, and shows a miss by each field", async ({ page }) => {
    await logIn(page, STUDENTS.amara);
    expect(await search(page, "userName", "amara.okafor@zylker.example")).toMatch(/Found in [\d.]+ ms/);
    for (const field of ["id", "userName", "accessToken", "grantToken", "refreshToken", "clientId", "scope"]) {
      expect(await search(page, field, "nobody")).toMatch(/Nothing found in [\d.]+ ms/);
    }
  });

  test("shows the store's error with its code", async ({ page }) => {
    await page.getByRole("textbox", { name: "Value" }).fill("");
    await click(page, "Find");
    await finderResult(page, "ERR_TOKEN_INVALID");
  });

  test("forgets its result with the student who logs out", async ({ page }) => {
    await logIn(page, STUDENTS.amara);
    await click(page, "User");
    await finderResult(page, "Found");
    await click(page, "Log out");
    await page.getByText("You are logged out.").waitFor();
    expect(await page.locator("body").innerText()).not.toContain("amara");
  });
});

describe("the rest of the inspector", () => {
  test("shows the sealed record under its digests, and two keys that can't be exported", async ({ page }) => {
    const accessToken = await logIn(page, STUDENTS.amara);
    const raw = inspector(page, "What IndexedDB really holds");
    await raw.getByRole("article").nth(2).waitFor();
    // All of it, also what is folded: the records are sealed.
    const text = (await raw.textContent()) ?? "";
    for (const shown of ["edge-token-store:tokens", "index.user", "index.account", "index.access", "not extractable"]) {
      expect(text).toContain(shown);
    }
    expect(text).not.toContain("amara");
    expect(text).not.toContain(accessToken);
  });

  test("logs each change and no secret, and states what the engine promises", async ({ page }) => {
    const accessToken = await logIn(page, STUDENTS.amara);
    const entries = page.getByRole("log").getByRole("listitem");
    await click(page, "Expire now");
    // One thing at a time: what is clicked before that is done is passed over.
    await page.getByText("The token has expired.").waitFor();
    await click(page, "Delete token");
    await entries.nth(2).waitFor();
    expect(await inspector(page, "What this engine promises").innerText()).toContain("indexeddb");
    const texts = await entries.allInnerTexts();
    expect(texts.map((text) => /saved|deleted/.exec(text)?.[0])).toEqual(["saved", "saved", "deleted"]);
    expect(texts.join()).not.toContain(accessToken);
  });
});

async function search(page: Page, field: string, value: string): Promise<string> {
  await page.getByLabel("Field").selectOption(field);
  await page.getByRole("textbox", { name: "Value" }).fill(value);
  await click(page, "Find");
  return finderResult(page, `findToken({"${field}":`);
}
