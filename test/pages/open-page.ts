import { chromium } from "playwright";
import type { CDPSession, Page } from "playwright";
import { chromiumLaunchOptions } from "../support/chromium.ts";
import { startPageServer } from "./page-server.ts";

export interface OpenPage extends AsyncDisposable {
  readonly page: Page;
  readonly origin: string;
  /** What nobody handled in the page. */
  readonly complaints: readonly string[];
  readonly devtools: CDPSession;
}

/** A server, a browser, and one page of it with the library in it. */
export async function openPage(options?: Parameters<typeof startPageServer>[0]): Promise<OpenPage> {
  await using disposing = new AsyncDisposableStack();
  const { port } = disposing.use(await startPageServer(options));
  const page = await disposing.use(await chromium.launch(chromiumLaunchOptions())).newPage();
  const complaints: string[] = [];
  page.on("pageerror", ({ message }) => complaints.push(message));
  const origin = `http://127.0.0.1:${port}`;
  await page.goto(`${origin}/`);
  const devtools = await page.context().newCDPSession(page);
  const held = disposing.move();
  return { page, origin, complaints, devtools, [Symbol.asyncDispose]: () => held.disposeAsync() };
}
