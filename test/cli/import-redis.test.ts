import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createStorage } from "unstorage";
import redisDriver from "unstorage/drivers/redis";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createUnstorageTokenStore } from "../../src/backends/unstorage/index.ts";
import { run } from "../../src/cli/run.ts";
import { SECRET } from "../conformance/unstorage-fixture.ts";
import { RedisServer } from "../support/redis.ts";
import { writeZohoFile, zohoToken } from "../support/zoho-file.ts";

let server: RedisServer;
let directory: string;
beforeAll(async () => {
  [server, directory] = await Promise.all([RedisServer.start(), mkdtemp(join(tmpdir(), "ets-cli-redis-"))]);
});
afterAll(() => Promise.all([server.dispose(), rm(directory, { recursive: true, force: true })]));

it("imports into Redis, whose address may come from the environment", async () => {
  const file = join(directory, "zoho.csv");
  await writeZohoFile(
    file,
    Array.from({ length: 50 }, (_, index) => zohoToken({ id: `${index}`, user: `user-${index}`, refresh: `r-${index}` })),
  );
  const out: string[] = [];
  const terminal = {
    out: (line: string) => out.push(line),
    err: (line: string) => out.push(line),
    environment: { TOKEN_SECRET: SECRET, REDIS_URL: server.url.replace("redis://", "redis://default:hunter2@") },
    readLine: () => Promise.resolve(""),
    signal: new AbortController().signal,
  };
  expect(await run(["import", "zoho-file", file, "--to", server.url, "--dry-run"], terminal)).toBe(0);
  expect(await run(["import", "zoho-file", file, "--to", server.url], terminal)).toBe(0);
  // This server takes any password; what matters is that none is shown.
  expect(await run(["import", "zoho-file", file, "--to", "env:REDIS_URL"], terminal)).toBe(0);
  expect(out[0]).toMatch(/^50 would be imported to redis:\/\/127\.0\.0\.1:\d+, 0 already there, 0 left out\.$/);
  expect(out[1]).toMatch(/^50 imported/);
  expect(out[2]).toMatch(/^0 imported to redis:\/\/127\.0\.0\.1:\d+, 50 already there/);
  expect(out.join("\n")).not.toContain("hunter2");

  const storage = createStorage({ driver: redisDriver({ url: server.url }) });
  const store = createUnstorageTokenStore(storage, { secret: SECRET });
  expect(await store.getTokens()).toHaveLength(50);
  expect(await store.findToken({ refreshToken: "r-7" })).toMatchObject({ id: "7", userName: "user-7" });
  await storage.dispose();
});
