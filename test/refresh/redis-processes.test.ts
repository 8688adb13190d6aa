import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { createStorage } from "unstorage";
import type { Storage } from "unstorage";
import redisDriver from "unstorage/drivers/redis";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createUnstorageTokenStore } from "../../src/backends/unstorage/index.ts";
import type { EdgeTokenStore } from "../../src/index.ts";
import { LocalServer } from "../support/local-server.ts";
import { RedisServer } from "../support/redis.ts";

const PROCESSES = 4;
const CALLS = 50;
const LEASE_MS = 5000;
const file = (name: string): string => fileURLToPath(new URL(`../support/${name}`, import.meta.url));

let redis: RedisServer;
let endpoint: LocalServer;
let storage: Storage;
let store: EdgeTokenStore;
/** The processes that asked the token endpoint, in order. */
let asked: number[];
/** What the endpoint does with each request before it answers; false: never answer. */
let before: (pid: number, number: number) => boolean;

beforeAll(async () => {
  redis = await RedisServer.start();
  storage = createStorage({ driver: redisDriver({ url: redis.url }) });
  store = createUnstorageTokenStore(storage, { secret: "x".repeat(32) });
  endpoint = await LocalServer.start(async (request) => {
    const pid = Number(new URLSearchParams(await text(request)).get("pid"));
    asked.push(pid);
    const number = asked.length;
    if (!before(pid, number)) return new Promise(() => {});
    // Long enough for all the others to come to the lock.
    await new Promise((resolve) => setTimeout(resolve, 300));
    return { body: { access_token: `fresh-${number}`, expires_in: 3600 } };
  });
});
beforeEach(async () => {
  asked = [];
  before = () => true;
  await store.deleteTokens();
  await store.saveToken({ userName: "ann", clientId: "c", refreshToken: "r", accessToken: "old", expiresAt: 1 });
});
afterAll(async () => {
  await endpoint.stop();
  await storage.dispose();
  await redis.dispose();
});

/** The answers of each process, once all have begun at the same time; undefined of one that was killed. */
async function ask(): Promise<(string[] | undefined)[]> {
  const url = `${endpoint.url}/token`;
  const args = ["--import", file("source-crypto.ts"), file("refresh-process.ts"), redis.url, url, String(CALLS), String(LEASE_MS)];
  const children = Array.from({ length: PROCESSES }, () => spawn(process.execPath, args, { stdio: ["pipe", "pipe", "inherit"] }));
  try {
    await Promise.all(children.map((child) => once(child.stdout, "data")));
    const outputs = children.map(outputOf);
    for (const child of children) child.stdin.write("go\n");
    return await Promise.all(outputs);
  } finally {
    for (const child of children) child.kill("SIGKILL");
  }
}

async function outputOf(child: ChildProcess): Promise<string[] | undefined> {
  const output = await text(child.stdout!);
  return output === "" ? undefined : (JSON.parse(output) as string[]);
}

describe(`${PROCESSES} processes with ${CALLS} calls each over one Redis`, () => {
  it("make one request", async () => {
    const answers = await ask();
    expect(answers.flat()).toEqual(Array.from({ length: PROCESSES * CALLS }, () => "fresh-1"));
    expect(asked).toHaveLength(1);
  });

  it("make two where the holder of the lock is killed in the middle, and all the others are answered", async () => {
    before = (pid, number) => {
      if (number === 1) process.kill(pid, "SIGKILL");
      return number > 1;
    };
    const answers = await ask();
    expect(answers.filter((one) => one === undefined)).toHaveLength(1);
    expect(answers.flatMap((one) => one ?? [])).toEqual(Array.from({ length: (PROCESSES - 1) * CALLS }, () => "fresh-2"));
    expect(asked).toHaveLength(2);
    console.log(`Redis: ${asked.length} requests with the holder killed by -9, ${(PROCESSES - 1) * CALLS} answers`);
  });
});
