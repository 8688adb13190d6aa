import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { createStorage } from "unstorage";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { atomicFsDriver } from "../../src/backends/unstorage/atomic-fs/index.ts";
import { createUnstorageTokenStore } from "../../src/backends/unstorage/index.ts";
import type { ExitCode, Terminal } from "../../src/cli/command.ts";
import { loadPeer } from "../../src/cli/load-peer.ts";
import { run } from "../../src/cli/run.ts";
import type { EdgeTokenStore } from "../../src/index.ts";
import { SECRET } from "../conformance/unstorage-fixture.ts";
import { writeZohoFile, zohoToken } from "../support/zoho-file.ts";

const SECRETS = ["refresh-of-ann", "refresh-of-bob", "access-of-ann", SECRET];

let directory: string;
let file: string;
let target: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "ets-cli-"));
  file = join(directory, "zoho.csv");
  target = join(directory, "tokens");
  await writeZohoFile(file, [
    zohoToken({ id: "1", user: "ann", refresh: "refresh-of-ann", access: "access-of-ann", expiresIn: "1000" }),
    zohoToken({ id: "2", user: "bob", refresh: "refresh-of-bob" }),
  ]);
});
afterEach(() => rm(directory, { recursive: true, force: true }));

interface Outcome {
  code: ExitCode;
  out: string;
  err: string;
  progress: string[];
}

async function cli(args: string[], terminal: Partial<Terminal> = {}): Promise<Outcome> {
  const outcome = { out: "", err: "", progress: [] as string[] };
  const code = await run(args, {
    out: (line) => (outcome.out += `${line}\n`),
    err: (line) => (outcome.err += `${line}\n`),
    environment: { TOKEN_SECRET: SECRET },
    readLine: () => Promise.resolve(""),
    signal: new AbortController().signal,
    ...terminal,
  });
  for (const secret of SECRETS) expect(outcome.out + outcome.err).not.toContain(secret);
  return { code, ...outcome };
}

const open = (): EdgeTokenStore =>
  createUnstorageTokenStore(createStorage({ driver: atomicFsDriver({ base: target }) }), { secret: SECRET });

describe("import", () => {
  it("copies a file's tokens, once, and changes nothing at the source", async () => {
    const before = await readFile(file, "utf8");
    const first = await cli(["import", "zoho-file", file, "--to", target]);
    expect(first).toMatchObject({ code: 0, err: "", out: `2 imported to ${target}, 0 already there, 0 left out.\n` });
    const store = open();
    expect(await store.findToken({ userName: "ann", clientId: "c1" })).toMatchObject({
      id: "1",
      refreshToken: "refresh-of-ann",
      expiresAt: 1000,
    });

    // The application goes on with the new store, then somebody runs the import again.
    await store.saveToken({ id: "1", accessToken: "newer", expiresAt: 2000 });
    expect(await cli(["import", "zoho-file", file, "--to", target])).toMatchObject({
      code: 0,
      out: `0 imported to ${target}, 2 already there, 0 left out.\n`,
    });
    expect(await store.findTokenById("1")).toMatchObject({ accessToken: "newer", version: 2 });
    expect(await readFile(file, "utf8")).toBe(before);
  });

  it.each(["folder", "sqlite"])("writes nothing to a %s in a dry run", async (kind) => {
    const to = kind === "folder" ? target : `sqlite:${target}`;
    const outcome = await cli(["import", "zoho-file", file, "--to", to, "--dry-run"]);
    expect(outcome).toMatchObject({ code: 0, out: `2 would be imported to ${to}, 0 already there, 0 left out.\n` });
    expect(await readdir(directory)).toEqual(["zoho.csv"]);
  });

  it("makes no table in a database of something else in a dry run", async () => {
    const database = new DatabaseSync(target);
    database.exec("CREATE TABLE orders (id INTEGER)");
    const outcome = await cli(["import", "zoho-file", file, "--to", `sqlite:${target}`, "--dry-run"]);
    expect(outcome).toMatchObject({ code: 0, out: `2 would be imported to sqlite:${target}, 0 already there, 0 left out.\n` });
    expect(database.prepare("SELECT name FROM sqlite_schema").all()).toHaveLength(1);
    database.close();
  });

  it("says which lines it left out and why, and that by its exit code", async () => {
    await writeFile(file, `${await readFile(file, "utf8")}\n3,cy, of Example,c1,secret,refresh-of-cy,,,,,`);
    const outcome = await cli(["import", "zoho-file", file, "--to", target]);
    expect(outcome).toMatchObject({ code: 3, out: `2 imported to ${target}, 0 already there, 1 left out.\n` });
    expect(outcome.err).toMatch(/^line 4: left out\. It has 11 columns where 10 are expected/);
  });

  it("leaves alone what another token's id stands for in the target", async () => {
    await open().saveToken({ id: "2", userName: "zoe", refreshToken: "another" });
    const outcome = await cli(["import", "zoho-file", file, "--to", target]);
    expect(outcome.code).toBe(3);
    expect(outcome.err).toMatch(/^line 3: left out/);
    expect(await open().findTokenById("2")).toMatchObject({ userName: "zoe" });
  });

  it("copies a SQLite table into a SQLite file, and draws its progress where there is a terminal", async () => {
    const source = join(directory, "zoho.sqlite");
    const database = new DatabaseSync(source);
    database.exec(
      "CREATE TABLE oauthtoken (id INTEGER PRIMARY KEY, user_name TEXT, client_id TEXT, client_secret TEXT, refresh_token TEXT)",
    );
    database.exec("INSERT INTO oauthtoken VALUES (1, 'ann', 'c1', 's', 'refresh-of-ann'), (2, 'bob', 'c1', 's', 'refresh-of-bob')");
    database.close();
    const drawn: string[] = [];
    const outcome = await cli(["import", "sqlite", source, "--to", `sqlite:${target}`], { progress: (line) => drawn.push(line) });
    expect(outcome).toMatchObject({ code: 0, out: `2 imported to sqlite:${target}, 0 already there, 0 left out.\n` });
    expect(drawn.at(-2)).toContain("2 of 2");
    expect(drawn.at(-1)).toBe("");
    const again = await cli(["import", "sqlite", source, "--to", `sqlite:${target}`]);
    expect(again).toMatchObject({ code: 0, out: `0 imported to sqlite:${target}, 2 already there, 0 left out.\n` });
  });

  it("takes its secret from a file too, and stores in plain text only if told to", async () => {
    const secretFile = join(directory, "secret");
    await writeFile(secretFile, `${SECRET}\n`);
    const sealed = await cli(["import", "zoho-file", file, "--to", target, "--secret-file", secretFile], { environment: {} });
    expect(sealed.code).toBe(0);
    expect(await open().getTokens()).toHaveLength(2);
    const none = await cli(["import", "zoho-file", file, "--to", target], { environment: {} });
    expect(none).toMatchObject({ code: 2, err: expect.stringContaining("TOKEN_SECRET") });
    const plain = await cli(["import", "zoho-file", file, "--to", target, "--plain", "--namespace", "open"], { environment: {} });
    expect(plain.code).toBe(0);
  });

  it.each<[string, string[], RegExp]>([
    ["no source", ["import"], /A source is/],
    ["an unknown source", ["import", "postgres", "x", "--to", "y"], /A source is zoho-file, mysql, sqlite/],
    ["a source named constructor", ["import", "constructor", "x", "--to", "y"], /A source is/],
    ["no address", ["import", "zoho-file", "--to", "y"], /Name one source/],
    ["no target", ["import", "zoho-file", "x"], /--to/],
    ["an unknown option", ["import", "zoho-file", "x", "--to", "y", "--force"], /--force/],
    ["a target of an unknown kind", ["import", "zoho-file", "x", "--to", "https://example.com"], /not https/],
    ["a password on the command line", ["import", "zoho-file", "x", "--to", "redis://:hunter2@localhost"], /env:NAME/],
    ["a password of a source on the command line", ["import", "mysql", "mysql://a:hunter2@localhost/db", "--to", "y"], /env:NAME/],
    ["an unset variable", ["import", "zoho-file", "x", "--to", "env:NOWHERE"], /NOWHERE is not set/],
    ["a table that is none", ["import", "sqlite", "x", "--to", "y", "--table", "a; drop table b"], /A table's name/],
    ["an unknown command", ["inport"], /no command/],
  ])("refuses %s with exit code 2", async (_name, args, message) => {
    const outcome = await cli(args.map((arg) => (arg === "y" ? target : arg)));
    expect(outcome.code).toBe(2);
    expect(outcome.err).toMatch(message);
    expect(outcome.err).not.toContain("hunter2");
  });

  it.each<[string, string[], RegExp]>([
    ["a missing file", ["import", "zoho-file", "/nowhere", "--to", "y"], /ENOENT/],
    ["a missing database", ["import", "sqlite", "/nowhere", "--to", "y"], /no file/],
    ["a MySQL server that is not there", ["import", "mysql", "mysql://a@127.0.0.1:1/db", "--to", "y"], /ECONNREFUSED/],
    ["a Redis server that is not there", ["import", "zoho-file", "f", "--to", "redis://127.0.0.1:1"], /ERR_STORE_UNAVAILABLE/],
  ])("fails with exit code 1 at %s", async (_name, args, message) => {
    const outcome = await cli(args.map((arg) => (arg === "y" ? target : arg === "f" ? file : arg)));
    expect(outcome).toMatchObject({ code: 1, err: expect.stringMatching(message) });
  });

  it("fails with another secret than the target's, and with a file of another kind", async () => {
    await cli(["import", "zoho-file", file, "--to", target]);
    const other = await cli(["import", "zoho-file", file, "--to", target], { environment: { TOKEN_SECRET: "another ".repeat(5) } });
    expect(other).toMatchObject({ code: 1, err: expect.stringContaining("ERR_SECRET_MISMATCH") });
    await writeFile(file, "name,email\nann,a@example.com");
    expect(await cli(["import", "zoho-file", file, "--to", target])).toMatchObject({ code: 1, err: expect.stringContaining("FileStore") });
  });

  it("ends between two tokens when interrupted, and goes on when run again", async () => {
    const interrupted = new AbortController();
    const many = Array.from({ length: 100 }, (_, index) => zohoToken({ id: `${index}`, user: `user-${index}`, refresh: `r-${index}` }));
    await writeZohoFile(file, many);
    const progress = (): void => interrupted.abort();
    const cut = await cli(["import", "zoho-file", file, "--to", target], { signal: interrupted.signal, progress });
    expect(cut).toMatchObject({ code: 130, err: expect.stringContaining("Interrupted") });
    expect((await open().getTokens()).length).toBeLessThan(100);
    expect((await cli(["import", "zoho-file", file, "--to", target])).code).toBe(0);
    expect(await open().getTokens()).toHaveLength(100);
  });
});

it("tells how it is used", async () => {
  expect(await cli([])).toMatchObject({ code: 0, out: expect.stringContaining("import") });
  expect(await cli(["import", "--help"])).toMatchObject({ code: 0, out: expect.stringContaining("--dry-run") });
});

it("says what to install where a package is missing", async () => {
  const missing = "a-package-that-is-not-there";
  await expect(loadPeer(() => import(missing) as Promise<unknown>, "unstorage db0")).rejects.toThrow("npm install unstorage db0");
});
