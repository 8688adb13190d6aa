import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createDatabase } from "db0";
import nodeSqlite from "db0/connectors/node-sqlite";
import db0Driver from "unstorage/drivers/db0";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { run } from "../../src/cli/run.ts";
import { SECRET } from "../conformance/unstorage-fixture.ts";
import { runHere } from "../support/cli-run.ts";
import { fillStore } from "../support/fill-store.ts";

const NEXT = "the next secret, long enough to be one";
const env = { TOKEN_SECRET: SECRET, NEXT_TOKEN_SECRET: NEXT, EXPORT_SECRET: NEXT };
/** Some pages; the progress is drawn after the first. */
const TOKENS = 350;

let directory: string;
let store: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "ets-cli-interrupted-"));
  store = `sqlite:${join(directory, "tokens")}`;
  vi.spyOn(console, "warn").mockImplementation(() => {});
  const database = createDatabase(nodeSqlite({ path: join(directory, "tokens") }));
  await fillStore(
    db0Driver({ database }),
    Array.from({ length: TOKENS }, (_, index) => ({ id: `${index}`, refreshToken: `r-${index}` })),
  );
  await database.dispose();
});
afterAll(() => rm(directory, { recursive: true, force: true }));

/** As if the user pressed Ctrl-C at once: the process hears of it when the event loop has its turn. */
async function interrupt(args: string[]): Promise<{ code: number; out: string; err: string }> {
  const interrupted = new AbortController();
  const outcome = { out: "", err: "" };
  const running = run(args, {
    out: (line) => (outcome.out += line),
    err: (line) => (outcome.err += line),
    // Drawn once the work has begun.
    progress: () => setImmediate(() => interrupted.abort()),
    environment: env,
    readLine: () => Promise.resolve(""),
    signal: interrupted.signal,
  });
  return { code: await running, ...outcome };
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
