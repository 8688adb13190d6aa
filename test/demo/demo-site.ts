import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BrowserContext, Page } from "playwright";
import { preview } from "vite";
import { inject } from "vitest";
import type { PortalServers } from "../../demo/local/portal-servers.ts";
import { CONFIG_FILE } from "./built-page.ts";

export const STUDENTS = {
  amara: "Amara Okafor",
  jonas: "Jonas Lindqvist",
  hard: "O'Brien <b>“Zoë”</b>, 🎓",
} as const;

/** The demo with the page as it is deployed, on a free port. */
export interface DemoSite extends AsyncDisposable {
  url: string;
  standIn: string;
  servers: PortalServers;
}

interface DemoSiteOptions {
  /** What its servers keep between two runs. Default: a new one, which goes with the site. */
  directory?: string;
  /** Default: any that is free. */
  port?: number;
}

export async function startDemoSite({ directory, port = 0 }: DemoSiteOptions = {}): Promise<DemoSite> {
  const cacheDir = directory ?? (await mkdtemp(join(tmpdir(), "demo-site-")));
  const server = await preview({
    configFile: CONFIG_FILE,
    cacheDir,
    build: { outDir: inject("builtPage") },
    preview: { port },
    logLevel: "error",
  });
  const url = server.resolvedUrls!.local[0]!;
  const plugin = server.config.plugins.find(({ name }) => name === "local-portal");
  const servers = (plugin!.api as { servers: () => PortalServers }).servers();
  return {
    url,
    standIn: servers.standIn.origin,
    servers,
    async [Symbol.asyncDispose]() {
      await Promise.all([server.close(), servers.stop()]);
      if (directory === undefined) await rm(cacheDir, { recursive: true, force: true });
    },
  };
}

export async function openPortal(context: BrowserContext, { url }: DemoSite): Promise<Page> {
  const page = await context.newPage();
  await page.goto(url);
  return page;
}

/** Logs in from whatever view offers it. Resolves with the raw access token, as it went through the redirect: at the edge none does, and it is empty. */
export async function logIn(page: Page, student: string, button: RegExp = /^Log in( again)?$/): Promise<string> {
  await page.getByRole("button", { name: button }).click();
  return pickStudent(page, student);
}

export async function pickStudent(page: Page, student: string): Promise<string> {
  const redirect = page.waitForResponse((response) => response.status() === 302);
  await page.getByRole("button", { name: student }).click();
  const target = new URL((await (await redirect).headerValue("location"))!);
  await greeting(page, student).waitFor();
  return new URLSearchParams(target.hash.slice(1)).get("access_token") ?? "";
}

export function greeting(page: Page, student: string): ReturnType<Page["getByRole"]> {
  return page.getByRole("heading", { name: `Hello, ${student}`, exact: true });
}

/** A section of the inspector, by its heading. */
export function inspector(page: Page, heading: string): ReturnType<Page["getByRole"]> {
  return page.getByRole("region", { name: heading, exact: true });
}

/** How many records lie in the database, by the heading of the raw view. */
export async function storedRecords(page: Page): Promise<number> {
  const heading = inspector(page, "Object store records").getByRole("heading");
  return Number(/\d+$/.exec(await heading.innerText())![0]);
}

/** Presses a button of the page by its whole name. */
export async function click(page: Page, name: string): Promise<void> {
  await page.getByRole("button", { name, exact: true }).click();
}

/** The page says that the servers are gone, and goes on when they are back. */
export async function outliveOutage(page: Page, { servers }: DemoSite, student: string): Promise<void> {
  await servers.stopStandIn();
  await page.reload();
  await page.getByRole("heading", { name: "The academy can't be reached" }).waitFor();
  await servers.startStandIn();
  await click(page, "Try again");
  await greeting(page, student).waitFor();
}

/** What the finder shows, once the text is in it. */
export async function finderResult(page: Page, text: string): Promise<string> {
  return page.getByRole("status", { name: "Result" }).filter({ hasText: text }).innerText();
}

/** Writes nonsense over the body of every record, past the store. */
export async function damageRecords(page: Page): Promise<void> {
  await changeRecords(page, "damage");
}

/** Removes every record past the store, as a browser does that frees space: nobody is told. */
export async function clearRecords(page: Page): Promise<void> {
  await changeRecords(page, "clear");
}

/** As the browser's settings do it: cookies, databases and all the rest, with the page open. */
export async function clearSiteData(page: Page, { url }: DemoSite): Promise<void> {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send("Storage.clearDataForOrigin", { origin: new URL(url).origin, storageTypes: "all" });
  await devtools.send("Storage.clearCookies");
}

async function changeRecords(page: Page, change: "damage" | "clear"): Promise<void> {
  await page.evaluate(async (how) => {
    const database = await new Promise<IDBDatabase>((resolve, reject) => {
      const opening = indexedDB.open("edge-token-store:tokens");
      opening.addEventListener("success", () => resolve(opening.result));
      opening.addEventListener("error", () => reject(opening.error!));
    });
    await new Promise<void>((resolve, reject) => {
      const transaction = database.transaction("records", "readwrite");
      transaction.addEventListener("complete", () => resolve());
      transaction.addEventListener("abort", () => reject(transaction.error!));
      const walk = transaction.objectStore("records").openCursor();
      walk.addEventListener("success", () => {
        if (how === "clear") walk.result?.delete();
        else walk.result?.update({ ...walk.result.value, body: "nonsense" });
        walk.result?.continue();
      });
    });
    database.close();
  }, change);
}
