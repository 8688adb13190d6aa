import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import { atomicFsDriver } from "../../src/backends/unstorage/atomic-fs/index.ts";
import { COMMANDS } from "../../src/cli/commands/index.ts";
import { SECRET } from "../conformance/unstorage-fixture.ts";
import { runHere } from "../support/cli-run.ts";
import { fillStore } from "../support/fill-store.ts";
import { commands } from "../support/markdown-code.ts";
import { RedisServer } from "../support/redis.ts";

const PAGE = fileURLToPath(new URL("../../docs/operations.md", import.meta.url));
const NEXT = "the next secret, long enough to be one";

let redis: RedisServer;
let directory: string;
beforeAll(async () => {
  [redis, directory] = await Promise.all([RedisServer.start(), mkdtemp(join(tmpdir(), "ets-cli-docs-"))]);
  await fillStore(atomicFsDriver({ base: join(directory, "tokens") }), [
    { id: "id-of-ann", userName: "ann@example.com", refreshToken: "r-1", accessToken: "leaked" },
    { userName: "bob@example.com", refreshToken: "r-2" },
    { userName: "cy@example.com", accessToken: "a-3", expiresAt: 1000 },
  ]);
});
afterAll(() => Promise.all([redis.dispose(), rm(directory, { recursive: true, force: true })]));

it("docs/operations.md has commands that all do what they say, one after the other, and leaves none out", async () => {
  const lines = await commands(PAGE, "edge-token-store");
  expect(new Set(Object.keys(COMMANDS).filter((name) => !lines.some(([first]) => first === name)))).toEqual(new Set());
  const env = { TOKEN_SECRET: SECRET, NEXT_TOKEN_SECRET: NEXT, LEAKED_TOKEN: "leaked", REDIS_URL: redis.url };
  for (const args of lines) {
    const outcome = await runHere(
      args.map((arg) => arg.replace(/^\.\//, `${directory}/`)),
      { env },
    );
    expect([args, outcome.code, outcome.err]).toEqual([args, 0, ""]);
  }
  const moved = await runHere(["list", redis.url, "--json"], { env });
  expect(
    moved.out
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as object),
  ).toEqual([expect.objectContaining({ id: "id-of-ann", userName: "ann@example.com" })]);
  expect(await runHere(["list", join(directory, "tokens"), "--json"], { env: { TOKEN_SECRET: NEXT } })).toMatchObject({ code: 0 });
});
