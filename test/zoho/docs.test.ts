import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { run } from "../../src/cli/run.ts";
import type { TokenStore } from "../../src/index.ts";
import type { ZohoAccounts } from "../../src/zoho/index.ts";
import { SECRET } from "../conformance/unstorage-fixture.ts";
import { commands } from "../support/markdown-code.ts";
import { ZohoServer } from "../support/zoho-server.ts";
import { goOver, PAGE, writeBlocks } from "./docs-suite.ts";

let blocks: Awaited<ReturnType<typeof writeBlocks>>;
let directory: string;
beforeAll(async () => {
  [blocks, directory] = await Promise.all([writeBlocks("zoho-docs"), mkdtemp(join(tmpdir(), "ets-docs-"))]);
  vi.stubEnv("TOKEN_SECRET", SECRET);
  vi.stubEnv("ZOHO_FILE", join(directory, "zoho-tokens.csv"));
  vi.stubEnv("TOKENS", join(directory, "tokens"));
  vi.stubEnv("ZOHO_SQLITE", join(directory, "zoho.sqlite"));
  vi.stubEnv("TOKENS_SQLITE", join(directory, "tokens.sqlite"));
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await Promise.all([blocks.remove(), rm(directory, { recursive: true, force: true })]);
});

const block = (name: string): string => `${blocks.directory}/${name}`;

/** Runs the page's commands for a source, with its files in the test's directory. */
async function runCommands(source: string): Promise<void> {
  const lines = (await commands(PAGE, "edge-token-store")).filter((args) => args[1] === source);
  expect(lines.length).toBeGreaterThan(0);
  for (const args of lines) {
    const err: string[] = [];
    const terminal = {
      out: () => {},
      err: (line: string) => err.push(line),
      environment: process.env,
      readLine: () => Promise.resolve(""),
      signal: new AbortController().signal,
    };
    const code = await run(
      args.map((arg) => arg.replace("./", `${directory}/`)),
      terminal,
    );
    expect([code, err]).toEqual([0, []]);
  }
}

describe("docs/zoho.md", () => {
  it("leads from a file to this", () => goOver(block("file-before.ts"), () => runCommands("zoho-file"), block("file-after.ts")));

  it("leads from SQLite to this", () => goOver(block("sqlite-before.ts"), () => runCommands("sqlite"), block("sqlite-after.ts")));

  it("leads from memory to this", async () => {
    const moveByHand = async (): Promise<void> => {
      const [before, after] = (await Promise.all([import(block("memory-before.ts")), import(block("memory-after.ts"))])) as [
        { store: { getTokens(): Promise<object[]> } },
        { store: { saveToken(token: object): Promise<void> } },
      ];
      for (const token of await before.store.getTokens()) await after.store.saveToken(token);
    };
    await goOver(block("memory-before.ts"), moveByHand, block("memory-after.ts"));
  });

  it("leads from a list to this", async () => {
    const { store } = (await import(block("list-before.ts"))) as { store: object };
    const { move } = (await import(block("list-move.ts"))) as { move: (old: object) => Promise<void> };
    await goOver(block("list-before.ts"), () => move(store), block("file-after.ts"));
  });

  it("logs in without an SDK", async () => {
    const server = await ZohoServer.start();
    vi.stubEnv("ACCOUNTS_SERVER", server.url);
    const page = (await import(block("accounts.ts"))) as {
      accounts: ZohoAccounts;
      tokens: TokenStore;
      logIn(state: string): URL;
      callback(url: URL, state: string, userName: string): Promise<void>;
    };
    const state = page.logIn("some state").searchParams.get("state")!;
    const url = new URL(`https://app.example/callback?code=${server.issueGrant()}&state=${encodeURIComponent(state)}`);
    await expect(page.callback(url, "another", "ann")).rejects.toThrow("not the answer");
    await page.callback(url, "some state", "ann");
    const token = (await page.tokens.findToken({ userName: "ann" }))!;
    expect(await page.accounts.refreshToken(token)).toHaveProperty("accessToken");
    await server.stop();
  });
});
