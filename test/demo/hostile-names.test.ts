import { randomUUID } from "node:crypto";
import type { Page } from "playwright";
import { describe, expect } from "vitest";
import { PORTAL_CLIENT } from "../../demo/stand-in/client.ts";
import type { Student } from "../../demo/stand-in/students.ts";
import { openPortal } from "./demo-site.ts";
import type { DemoSite } from "./demo-site.ts";
import { HOSTILE_NAMES } from "./hostile-names.ts";
import { test as base } from "./visitor.ts";
import type { Visitor } from "./visitor.ts";
import { WorkerClient } from "./worker-client.ts";

/** What the Worker takes over of a text, in characters, and the longest e-mail address. */
const [MAX_TEXT, MAX_EMAIL] = [200, 254];

/** In parts, so that a test stays well within its time on a busy machine. */
const PARTS = [0, 1, 2].map((part) => HOSTILE_NAMES.filter((_, at) => at % 3 === part));

declare const tripped: string[];

/** Where a name is run, it calls `trip`, or the page's policy speaks. */
const test = base.extend<{ page: Page }>({
  page: async ({ visitor, site }, use) => {
    await visitor.context.addInitScript(() => {
      const calls: string[] = [];
      Object.assign(globalThis, { tripped: calls, trip: () => calls.push("called") });
      document.addEventListener("securitypolicyviolation", ({ violatedDirective }) => calls.push(violatedDirective));
    });
    await use(await openPortal(visitor.context, site));
  },
});

/** A student of the academy with this text wherever there can be one. */
function enrol({ servers }: DemoSite, text: string): Student {
  const id = randomUUID();
  const student: Student = {
    id,
    name: text,
    email: text.slice(0, MAX_EMAIL),
    programme: text,
    courses: [{ name: text, teacher: text, room: text, day: text, time: text }],
    messages: [{ subject: text, from: text, received: text, text }],
  };
  servers.standIn.state.students.set(id, student);
  return student;
}

interface Shown {
  greeting: string;
  portal: string[];
  userName: string;
  call: string;
  /** How many elements of each kind there are where the student's texts are. */
  elements: Record<string, number>;
  width: number;
  tripped: string[];
}

/** What the page has of the student once the greeting is there: all by `textContent`, as it stands in the document. */
function readPage(page: Page): Promise<Shown> {
  return page.evaluate(() => {
    const texts = (selector: string): string[] => [...document.querySelectorAll(selector)].map(({ textContent }) => textContent);
    const elements: Record<string, number> = {};
    for (const { tagName } of document.querySelectorAll(
      "head, head *, main, main *, [aria-labelledby=stored-token] *, .result p:first-child *",
    )) {
      elements[tagName] = (elements[tagName] ?? 0) + 1;
    }
    const terms = [...document.querySelectorAll("[aria-labelledby=stored-token] dt")];
    return {
      greeting: texts("h1")[0] ?? "",
      portal: texts(".greeting p, .timetable p, .timetable h3, .inbox h3, .inbox p, .profile dd"),
      userName: terms.find(({ textContent }) => textContent === "userName")?.nextElementSibling?.textContent ?? "",
      call: texts(".result p:first-child")[0] ?? "",
      elements,
      width: document.documentElement.scrollWidth,
      tripped,
    };
  });
}

/** The text as each place of the portal shows it. */
function expectedTexts(text: string, email: string): string[] {
  return [text, text, text, text, `${text} · ${text}`, text, `${text} · ${text}`, text, text, email, text];
}

/** In code, what can't be seen is written as an escape. */
function unescape(call: string): unknown {
  return JSON.parse(call.slice("findToken(".length, -1));
}

async function showAll(
  names: readonly string[],
  page: Page,
  site: DemoSite,
  maxText: number,
  logIn: (student: Student) => Promise<void>,
): Promise<void> {
  await page.getByRole("button", { name: "Log in", exact: true }).waitFor();
  let tame: Shown | undefined;
  for (const name of ["Tame", ...names]) {
    const student = enrol(site, name);
    // Half a pair at the end goes.
    const text = name.slice(0, maxText).replace(name.length > maxText ? /[\ud800-\udbff]$/ : /$^/, "");
    await logIn(student);
    const place = { message: JSON.stringify(name.slice(0, 60)) };
    await expect.poll(() => readPage(page), place).toMatchObject({ greeting: `Hello, ${text}`, userName: student.email });
    await page.getByRole("button", { name: "User", exact: true }).click();
    await expect.poll(async () => unescape((await readPage(page)).call || "findToken({})"), place).toEqual({ userName: student.email });
    const shown = await readPage(page);
    tame ??= shown;
    const { message } = place;
    expect(shown.call, message).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
    expect(shown.portal, message).toEqual(expectedTexts(text, student.email));
    expect(shown.elements, message).toEqual(tame.elements);
    expect(shown.width, message).toBe(page.viewportSize()!.width);
    expect(shown.tripped, message).toEqual([]);
  }
  console.log(`${names.length} names shown as text`);
}

describe("a hostile name is shown as text and does nothing", () => {
  test.override({ browserOptions: { viewport: { width: 360, height: 800 } } });

  describe("with the tokens at the edge", () => {
    test.override({ mode: "edge" });

    test.for(PARTS.map((names) => ({ names })))(
      "in the portal and in the inspector: $names.length names",
      ({ names }, { page, site, visitor }) =>
        showAll(names, page, site, MAX_TEXT, async ({ id }) => {
          const client = new WorkerClient(site);
          await client.logIn(id);
          await setCookies(visitor, client);
          await page.evaluate(() => window.dispatchEvent(new Event("focus")));
        }),
    );
  });

  describe("with the token in the browser", () => {
    test.for(PARTS.map((names) => ({ names })))("in the portal and in the inspector: $names.length names", ({ names }, { page, site }) =>
      showAll(names, page, site, Infinity, async ({ id }) => {
        const answer = await consent(site, id);
        // As the redirect leaves it.
        await page.evaluate((fragment) => {
          sessionStorage.setItem("zylker-log-in-state", "expected");
          location.hash = fragment;
        }, answer);
      }),
    );
  });

  test("where a student is picked", async ({ page, site }) => {
    const names = [...site.servers.standIn.state.students.values()].map(({ name }) => name);
    const enrolled = HOSTILE_NAMES.filter((name) => !names.includes(name));
    for (const name of enrolled) enrol(site, name);
    await page.getByRole("button", { name: "Log in", exact: true }).click();
    await page.getByRole("heading", { name: "Who are you today?" }).waitFor();
    const shown = await page.evaluate(() => ({
      names: [...document.querySelectorAll("li strong")].map(({ textContent }) => textContent),
      kinds: [...new Set([...document.querySelectorAll("main *")].map(({ tagName }) => tagName))].toSorted(),
      tripped,
    }));
    expect(shown.names).toEqual([...names, ...enrolled].map(asParsed));
    expect(shown.kinds).toEqual(["B", "BUTTON", "FORM", "H1", "LI", "P", "SMALL", "SPAN", "STRONG", "UL"]);
    expect(shown.tripped).toEqual([]);
  });
});

/** What is left of a text in UTF-8 that went through an HTML parser. */
function asParsed(text: string): string {
  return text
    .replaceAll(/[\ud800-\udfff]/gu, "\ufffd")
    .replaceAll("\0", "")
    .replaceAll(/\r\n?/g, "\n");
}

async function setCookies({ context }: Visitor, { cookies, origin }: WorkerClient): Promise<void> {
  const attributes = { url: origin.replace("http:", "https:"), secure: true, httpOnly: true, sameSite: "Lax" } as const;
  await context.addCookies([...cookies].map(([name, value]) => ({ name, value, ...attributes })));
}

/** Picks the student at the accounts server; resolves with the fragment that it sends back. */
async function consent({ standIn, url }: DemoSite, student: string): Promise<string> {
  const address = new URL("/oauth/v2/auth", standIn);
  const asked = { response_type: "token", client_id: PORTAL_CLIENT.id, scope: "ZohoCRM.users.READ", redirect_uri: url, state: "expected" };
  address.search = new URLSearchParams(asked).toString();
  const response = await fetch(address, { method: "POST", redirect: "manual", body: new URLSearchParams({ student }) });
  return new URL(response.headers.get("location")!).hash.slice(1);
}
