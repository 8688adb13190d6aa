import { fileURLToPath } from "node:url";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { chromium } from "playwright";
import { build } from "vite";
import { chromiumLaunchOptions } from "../../test/support/chromium.ts";

const SCRIPT = fileURLToPath(new URL("../page/indexeddb.ts", import.meta.url));

/** Everything runs in a page of real Chromium: one page, one database of either, in turn. */
export async function runInPage(wanted: readonly string[], print: (value: object) => void): Promise<void> {
  const script = await bundlePage();
  // Isolated from other origins a page has a clock of 5 µs, else of 100 µs.
  const headers = { "cross-origin-opener-policy": "same-origin", "cross-origin-embedder-policy": "require-corp" };
  const server = createServer((request, response) => {
    const isScript = request.url === "/bench.js";
    response.writeHead(200, { ...headers, "content-type": isScript ? "text/javascript" : "text/html" });
    response.end(isScript ? script : "<!doctype html><title>Benchmark</title>");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const browser = await chromium.launch(chromiumLaunchOptions());
  try {
    const page = await browser.newPage();
    await page.exposeFunction("print", print);
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    await page.evaluate(async (words) => {
      const path = "/bench.js";
      const { run } = await import(path);
      await run(words, (globalThis as unknown as { print(value: object): Promise<void> }).print);
    }, wanted);
  } finally {
    await browser.close();
    server.close();
  }
}

async function bundlePage(): Promise<string> {
  const result = await build({
    configFile: false,
    logLevel: "silent",
    root: fileURLToPath(new URL("..", import.meta.url)),
    build: { write: false, modulePreload: false, rolldownOptions: { input: SCRIPT, preserveEntrySignatures: "strict" } },
  });
  const { output } = (Array.isArray(result) ? result[0] : result) as { output: { code: string }[] };
  return output[0]!.code;
}
