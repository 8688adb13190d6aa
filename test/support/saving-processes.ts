import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { Storage } from "unstorage";
import { expect } from "vitest";
import { createUnstorageTokenStore } from "../../src/backends/unstorage/index.ts";
import { CLIENT, userOf, WRITER_SECRET } from "./accounts.ts";

const PROGRAM = fileURLToPath(new URL("saving-process.ts", import.meta.url));

export interface Saving {
  engine: "fs" | "sqlite" | "mysql";
  /** The folder, the file, or the connection as JSON. */
  target: string;
  accounts: number;
  /** Where the compiled sources are kept from one process to the next. */
  cache: string;
}

/** A save that a process has acknowledged. */
export interface Saved {
  account: number;
  version: number;
  accessToken: string;
}

/** The saves that a process acknowledged, until it had made all or was killed `killAfterMs` after the first. */
export async function saveInProcess({ engine, target, accounts, cache }: Saving, count: number, killAfterMs?: number): Promise<Saved[]> {
  const child = spawn(process.execPath, [PROGRAM, engine, target, String(accounts), String(count)], {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, NODE_COMPILE_CACHE: cache },
  });
  const ended = once(child, "close") as Promise<[number | null, string | null]>;
  let output = "";
  child.stdout.on("data", (data: Buffer) => (output += data.toString()));
  if (killAfterMs === undefined) {
    expect(await ended).toEqual([0, null]);
  } else {
    await Promise.race([once(child.stdout, "data"), ended]);
    const timer = setTimeout(() => child.kill("SIGKILL"), killAfterMs);
    expect(await ended).toEqual([null, "SIGKILL"]);
    clearTimeout(timer);
  }
  // A last line without its end was cut off, not acknowledged.
  return output
    .split("\n")
    .slice(0, -1)
    .map((line) => {
      const [account, version, accessToken = ""] = line.split(" ");
      return { account: Number(account), version: Number(version), accessToken };
    });
}

/** That nothing of what was acknowledged is lost: each account one record, its version the count of its saves, and one pointer for each look-up. */
export async function expectExact(storage: Storage, saved: readonly Saved[], accounts: number): Promise<void> {
  const store = createUnstorageTokenStore(storage, { secret: WRITER_SECRET });
  const tokens = await store.getTokens();
  expect(tokens).toHaveLength(accounts);
  for (let account = 0; account < accounts; account++) {
    const saves = saved.filter((save) => save.account === account).sort((left, right) => left.version - right.version);
    expect(saves.map(({ version }) => version)).toEqual(saves.map((_, position) => position + 1));
    const { version, accessToken } = saves.at(-1)!;
    const found = await store.findToken({ userName: userOf(account), clientId: CLIENT });
    expect(found).toMatchObject({ version, accessToken });
    expect(await store.findToken({ accessToken })).toEqual(found);
  }
  const keys = await storage.getKeys("tokens:x");
  const lists = await Promise.all(keys.map((key) => storage.getItem<{ pointers: unknown[] }>(key)));
  expect(lists.every((list) => list?.pointers.length === 1)).toBe(true);
  // By user, by account and by access token; any more would lead nowhere.
  expect(keys).toHaveLength(3 * accounts);
}
