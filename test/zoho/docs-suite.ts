import { mkdir, rm, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { expect } from "vitest";
import { namedBlocks } from "../support/markdown-code.ts";
import { ZOHO_SDKS } from "../support/zoho-sdks.ts";
import { ZohoServer } from "../support/zoho-server.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
export const PAGE: string = `${ROOT}docs/zoho.md`;

/** Writes the page's blocks as files below `test-results`, where they see the packages. */
export async function writeBlocks(name: string): Promise<{ directory: string; remove: () => Promise<void> }> {
  const directory = `${ROOT}test-results/${name}`;
  const blocks = await namedBlocks(PAGE);
  await mkdir(directory, { recursive: true });
  for (const [file, code] of blocks) await writeFile(`${directory}/${file}`, code);
  return { directory, remove: () => rm(directory, { recursive: true, force: true }) };
}

interface StoreModule {
  store: object;
}

/**
 * A user logs in on the store of one block; the tokens are moved; then the user goes on with the store of another
 * block, and need not log in again.
 */
export async function goOver(before: string, move: () => Promise<unknown>, after: string): Promise<void> {
  const sdk = ZOHO_SDKS[0]!;
  const server = await ZohoServer.start();
  try {
    const old = (await import(before)) as StoreModule;
    await sdk.initialize(server.url, sdk.build({ grantToken: server.issueGrant(), userName: "ann@example.com" }), old.store);
    expect(await sdk.call()).toBe(200);
    await move();
    server.requests.length = 0;
    const { store } = (await import(after)) as StoreModule;
    await sdk.initialize(server.url, sdk.build({ userName: "ann@example.com" }), store);
    expect(await sdk.call()).toBe(200);
    expect(server.grants).toEqual([]);
  } finally {
    await server.stop();
  }
}
