import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdtemp, readdir, readFile, writeFile } from "node:fs/promises";
import { stripTypeScriptTypes } from "node:module";
import { join } from "node:path";
import { promisify } from "node:util";
import { beforeAll, describe, expect, inject, it } from "vitest";
import { hasRedis, RedisServer } from "../support/redis.ts";
import { block, QUICK_STARTS } from "./readme.ts";

const run = promisify(execFile);
const TOKEN_SECRET = randomBytes(32).toString("base64");

let directory: string;
let node: string;

beforeAll(async () => {
  const { server, tools } = inject("thirdParty");
  const node20 = join(tools, "node_modules/node20/bin/node");
  node = existsSync(node20) ? node20 : process.execPath;
  directory = await mkdtemp(join(server, "node-"));
  await writeFile(join(directory, "quick-start.mjs"), stripTypeScriptTypes(await block(QUICK_STARTS.node, "ts")));
});

describe("README's quick start for Node", () => {
  it("keeps the token in files, from one run to the next, and the command line shows it", async () => {
    for (const _ of [1, 2]) expect(await quickStart({ TOKEN_SECRET })).toBe("ann@example.com\n");
    const files = await readdir(join(directory, "tokens"), { recursive: true, withFileTypes: true });
    const contents = await Promise.all(
      files.filter((file) => file.isFile()).map(({ parentPath, name }) => readFile(join(parentPath, name), "utf8")),
    );
    expect(contents.length).toBeGreaterThan(1);
    expect(contents.join()).not.toContain("ann@example.com");
    expect(await list("tokens")).toEqual([expect.objectContaining({ userName: "ann@example.com" })]);
  });

  it.runIf(hasRedis())("keeps the token in Redis, from one run to the next", async () => {
    const redis = await RedisServer.start();
    try {
      const env = { TOKEN_SECRET, REDIS_URL: redis.url };
      for (const _ of [1, 2]) expect(await quickStart(env)).toBe("ann@example.com\n");
      expect(await list(redis.url)).toEqual([expect.objectContaining({ userName: "ann@example.com" })]);
    } finally {
      await redis.dispose();
    }
  });

  it("throws without a secret, and says how to make one", async () => {
    await expect(quickStart({})).rejects.toThrow(/ERR_SECRET_WEAK[^]*openssl rand -base64 32|openssl rand -base64 32[^]*ERR_SECRET_WEAK/);
  });

  it.runIf(process.platform === "linux" && process.arch === "x64")("runs on Node 20", async () => {
    expect((await run(node, ["--version"])).stdout).toMatch(/^v20\./);
    expect(await quickStart({ TOKEN_SECRET })).toBe("ann@example.com\n");
  });
});

/** What the program prints; it has to end by itself. */
async function quickStart(env: Record<string, string>): Promise<string> {
  const { TOKEN_SECRET: _, REDIS_URL: __, NODE_OPTIONS: ___, ...inherited } = process.env;
  const { stdout, stderr } = await run(node, ["quick-start.mjs"], { cwd: directory, env: { ...inherited, ...env } });
  expect(stderr).toBe("");
  return stdout;
}

/** What the installed command line lists. */
async function list(store: string): Promise<object[]> {
  const bin = join(inject("thirdParty").server, "node_modules/.bin/edge-token-store");
  const { stdout } = await run(node, [bin, "list", store, "--json"], { cwd: directory, env: { ...process.env, TOKEN_SECRET } });
  return stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as object);
}
