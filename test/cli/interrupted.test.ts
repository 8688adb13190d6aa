import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { atomicFsDriver } from "../../src/backends/unstorage/atomic-fs/index.ts";
import { run } from "../../src/cli/run.ts";
import { SECRET } from "../conformance/unstorage-fixture.ts";
import { runHere } from "../support/cli-run.ts";
import { fillStore } from "../support/fill-store.ts";

const NEXT = "the next secret, long enough to be one";
const env = { TOKEN_SECRET: SECRET, NEXT_TOKEN_SECRET: NEXT, EXPORT_SECRET: NEXT };
/** More than a page, after which the progress is drawn. */
const TOKENS = 250;

let directory: string;
let store: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "ets-cli-interrupted-"));
  store = join(directory, "tokens");
  await fillStore(
    atomicFsDriver({ base: store }),
    Array.from({ length: TOKENS }, (_, index) => ({ id: `${index}`, refreshToken: `r-${index}` })),
  );
});
afterAll(() => rm(directory, { recursive: true, force: true }));

/** As if the user pressed Ctrl-C when the progress is drawn first. */
async function interrupt(args: string[]): Promise<{ code: number; out: string; err: string }> {
  const interrupted = new AbortController();
  const outcome = { out: "", err: "" };
  const code = await run(args, {
    out: (line) => (outcome.out += line),
    err: (line) => (outcome.err += line),
    progress: () => interrupted.abort(),
    environment: env,
    readLine: () => Promise.resolve(""),
    signal: interrupted.signal,
  });
  return { code, ...outcome };
}

it.each(["check", "sweep", "rotate"])("%s ends when interrupted, and goes on when run again", async (command) => {
  expect(await interrupt([command, store])).toMatchObject({ code: 130, out: "", err: expect.stringContaining("run it again") });
  if (command !== "rotate") return;
  const both = await runHere(["rotate", store, "--dry-run", "--json"], { env });
  const { moved } = JSON.parse(both.out) as { moved: number };
  expect(moved).toBeGreaterThan(0);
  expect(moved).toBeLessThan(TOKENS);
  expect(await runHere(["rotate", store], { env })).toMatchObject({ code: 0, out: expect.stringContaining(`: ${moved} moved`) });
  expect((await runHere(["list", store, "--json"], { env: { TOKEN_SECRET: NEXT } })).out.trim().split("\n")).toHaveLength(TOKENS);
  expect((await runHere(["rotate", store], { env: { TOKEN_SECRET: NEXT, NEXT_TOKEN_SECRET: SECRET } })).code).toBe(0);
});

it("an export leaves no half file behind when interrupted", async () => {
  expect(await interrupt(["export", store, "--out", join(directory, "backup")])).toMatchObject({ code: 130 });
  expect(await readdir(directory)).toEqual(["tokens"]);
});
