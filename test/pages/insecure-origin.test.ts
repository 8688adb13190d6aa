import { chromium } from "playwright";
import { expect, it } from "vitest";
import type * as Library from "../../src/backends/indexeddb/index.ts";
import { chromiumLaunchOptions } from "../support/chromium.ts";
import { startPageServer } from "./page-server.ts";

/** A name that is not localhost, so that plain http makes the origin insecure. */
const HOST = "insecure.example";

it("on an insecure origin, tokens stay in memory, nothing reaches the disk, and the page is told why", async () => {
  await using server = await startPageServer();
  const { executablePath, args } = chromiumLaunchOptions();
  await using browser = await chromium.launch({ executablePath, args: [...args, `--host-resolver-rules=MAP ${HOST} 127.0.0.1`] });
  const page = await browser.newPage();
  await page.goto(`http://${HOST}:${server.port}/`);
  expect(await page.evaluate(() => [isSecureContext, typeof crypto.subtle, typeof indexedDB])).toEqual([false, "undefined", "object"]);

  const seen = await page.evaluate(async () => {
    const { createIndexedDBTokenStore } = (globalThis as unknown as { library: typeof Library }).library;
    const reasons: string[] = [];
    const store = createIndexedDBTokenStore({ onDegraded: ({ message }) => reasons.push(message) });
    const { id } = await store.saveToken({ userName: "ann", clientId: "c", accessToken: "a", refreshToken: "r" });
    const found = await store.findToken({ refreshToken: "r" });
    const records = await new Promise<unknown[]>((resolve) => {
      const opening = indexedDB.open("edge-token-store:tokens");
      opening.onsuccess = () => {
        const reading = opening.result.transaction("records").objectStore("records").getAll();
        reading.onsuccess = () => resolve(reading.result as unknown[]);
      };
    });
    return { id, found, reasons, records, capabilities: store.capabilities };
  });
  expect(seen).toMatchObject({
    found: { id: seen.id, userName: "ann" },
    records: [],
    capabilities: { engine: "memory", persistent: false },
  });
  expect(seen.reasons).toEqual([expect.stringMatching(/no WebCrypto.*https/)]);
});
