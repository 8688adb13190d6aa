import { chromium } from "playwright";
import type { Page } from "playwright";
import { chromiumLaunchOptions } from "../../support/chromium.ts";
import { LocalServer } from "../../support/local-server.ts";
import { bundle } from "../bundle.ts";
import type { DriverEngine } from "../engines.ts";
import type * as pageScript from "../page.ts";
import type { RunEvent } from "../results.ts";

type PageScript = typeof pageScript;
const SCRIPT = "/page.js";

/** In one tab; afterwards another one tells what of it outlives the first. */
export async function run({ id, gaps }: DriverEngine, report: (event: RunEvent) => void): Promise<void> {
  const script = await bundle("page.ts");
  const server = await LocalServer.start(async (request) => {
    const isScript = request.url === SCRIPT;
    const headers = { "content-type": isScript ? "text/javascript" : "text/html" };
    return { headers, body: isScript ? script : "<!doctype html><title>Drivers</title>" };
  });
  const { url } = server;
  const browser = await chromium.launch(chromiumLaunchOptions());
  try {
    const context = await browser.newContext();
    await context.exposeFunction("report", report);
    const page = await context.newPage();
    await page.goto(url);
    await page.evaluate(
      async ({ path, args }) => {
        const { run: runHere } = (await import(path)) as PageScript;
        await runHere(...args, (globalThis as unknown as { report: (event: RunEvent) => void }).report);
      },
      { path: SCRIPT, args: [id, [...gaps]] as [string, DriverEngine["gaps"]] },
    );
    await inPage(page, id, "leave");
    const another = await context.newPage();
    await another.goto(url);
    const seen = async (): Promise<boolean> => Boolean(await inPage(another, id, "isThere"));
    const shared = await seen();
    await page.close();
    await another.reload();
    report({ type: "facts", facts: { shared, persistent: await seen() } });
  } finally {
    await browser.close();
    await server.stop();
  }
}

function inPage(page: Page, id: string, name: "leave" | "isThere"): Promise<unknown> {
  return page.evaluate(async ([path, call, driver]) => ((await import(path)) as PageScript)[call](driver), [SCRIPT, name, id] as const);
}
