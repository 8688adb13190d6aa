import type { Page } from "playwright";
import { describe, expect } from "vitest";
import { click, greeting, logIn, STUDENTS } from "./demo-site.ts";
import { test } from "./visitor.ts";

const width = async (page: Page, selector: string): Promise<number> => (await page.locator(selector).boundingBox())!.width;

describe.for([960, 1024, 1280])("the page at %d px", (wide) => {
  test.override({ browserOptions: { viewport: { width: wide, height: 800 } } });

  test("has the portal at the left, with more room than the inspector beside it", async ({ page }) => {
    await page.getByRole("button", { name: "Log in", exact: true }).waitFor();
    const inspector = await width(page, ".inspector");
    expect(inspector).toBeLessThan(wide / 2);
    expect(Math.round((await page.locator(".inspector").boundingBox())!.x + inspector)).toBe(wide);
    expect(await page.getByRole("link", { name: "What the store does" }).count()).toBe(0);
  });
});

describe("a small page", () => {
  test.override({ browserOptions: { viewport: { width: 360, height: 740 } } });

  test("leads down to the inspector", async ({ page }) => {
    await page.getByRole("link", { name: "What the store does" }).click();
    await expect.poll(async () => (await page.locator("#inspector").boundingBox())!.y).toBeLessThan(200);
  });

  test("hides no control that has the focus under a notice", async ({ page }) => {
    await logIn(page, STUDENTS.amara);
    await page.evaluate(() => (location.hash = "error=access_denied&state="));
    await page.locator(".notice p").waitFor();
    const covered: string[] = [];
    for (let presses = 0; presses < 25; presses++) {
      await page.keyboard.press("Tab");
      const hidden = await page.evaluate(() => {
        const focused = document.activeElement as HTMLElement;
        if (focused === document.body || focused.closest(".notice")) return "";
        const [own, notice] = [focused, document.querySelector(".notice")!].map((element) => element.getBoundingClientRect());
        return own!.bottom > notice!.top && own!.top < notice!.bottom ? focused.innerText : "";
      });
      if (hidden) covered.push(hidden);
    }
    expect(covered).toEqual([]);
  });
});

describe("a button that is disabled", () => {
  test("does not light up under the pointer", async ({ page }) => {
    const cancel = page.getByRole("button", { name: "Cancel" });
    const background = (): Promise<string> => cancel.evaluate((button) => getComputedStyle(button).backgroundColor);
    await cancel.waitFor();
    const before = await background();
    await cancel.hover({ force: true });
    // Longer than the transition.
    await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 300)));
    expect(await background()).toBe(before);
  });
});

describe("with forced colours", () => {
  test.override({ browserOptions: { forcedColors: "active" }, mode: "edge" });

  test("what is a colour alone is still told apart", async ({ page }) => {
    await click(page, "Log in");
    await page.getByRole("button", { name: STUDENTS.amara }).click();
    await greeting(page, STUDENTS.amara).waitFor();
    await click(page, "Expire, then 20 calls at once");
    await expect.poll(() => page.locator(".calls li[data-source]").count()).toBe(20);
    const background = (selector: string): Promise<string> =>
      page
        .locator(selector)
        .first()
        .evaluate((element) => getComputedStyle(element).backgroundColor);
    expect(await background('.calls [data-source="refreshed"]')).not.toBe(await background(".inspector"));
    expect(await background('[aria-pressed="true"]')).not.toBe(await background('[aria-pressed="false"]'));
  });
});
