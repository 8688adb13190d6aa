import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import manifest from "../../package.json" with { type: "json" };
import { atomicFsDriver } from "../../src/backends/unstorage/atomic-fs/index.ts";
import { OutputClosed } from "../../src/cli/command.ts";
import type { Terminal } from "../../src/cli/command.ts";
import { COMMANDS } from "../../src/cli/commands/index.ts";
import { SECRET } from "../conformance/unstorage-fixture.ts";
import { run } from "../../src/cli/run.ts";
import { runHere } from "../support/cli-run.ts";
import { fillStore } from "../support/fill-store.ts";

const env = { TOKEN_SECRET: SECRET };
const TOKEN = "a-token-that-stands-in-an-argument";

let directory: string;
let store: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "ets-cli-usage-"));
  store = join(directory, "tokens");
  await fillStore(atomicFsDriver({ base: store }), [
    { id: "1", userName: "ann", refreshToken: "r-1" },
    { id: "2", userName: "bob", refreshToken: "r-2" },
  ]);
});
afterEach(() => rm(directory, { recursive: true, force: true }));

describe.each(Object.keys(COMMANDS))("%s", (name) => {
  it("tells how it is used, and says by exit code 2 what it does not understand", async () => {
    const help = await runHere([name, "--help"]);
    expect(help).toMatchObject({ code: 0, err: "", out: expect.stringContaining(`Usage: edge-token-store ${name}`) });
    for (const line of help.out.split("\n")) expect(line.length).toBeLessThan(140);
    expect(await runHere([name, store, "--nonsense"], { env })).toMatchObject({
      code: 2,
      out: "",
      err: expect.stringContaining("--nonsense"),
    });
    expect((await runHere([])).out).toContain(`\n  ${name} `);
  });
});

it.each<[string, string[], RegExp]>([
  ["no store", ["list"], /which store/],
  ["two stores", ["check", "STORE", "STORE"], /one store/],
  ["two stores to list", ["list", "STORE", "STORE"], /one store/],
  ["two stores to find in", ["find", "STORE", "STORE", "--user", "ann"], /one store/],
  ["two stores to sweep", ["sweep", "STORE", "STORE"], /one store/],
  ["two stores to rotate", ["rotate", "STORE", "STORE"], /one store/],
  ["two stores to export", ["export", "STORE", "STORE", "--out", "x"], /one store/],
  ["an argument for a secret", ["generate-secret", "hunter2"], /no argument/],
  ["a file without a name", ["list", "sqlite:"], /no file/],
  ["a source that is no MySQL", ["import", "mysql", "postgres://host/db", "--to", "STORE"], /mysql:/],
  ["a limit that is none", ["list", "STORE", "--limit", "-1"], /limit/],
  ["a limit of nothing", ["list", "STORE", "--limit", "0"], /limit/],
  ["an empty name to find by", ["find", "STORE", "--user", ""], /empty name/],
  ["no field to find by", ["find", "STORE"], /one field/],
  ["two fields to find by", ["find", "STORE", "--user", "ann", "--access-token", "-"], /one field/],
  ["a token as an argument", ["find", "STORE", "--access-token", TOKEN], /command line/],
  ["a token as an argument with a sign", ["find", "STORE", `--refresh-token=${TOKEN}`], /command line/],
  ["a token in a variable that is not set", ["find", "STORE", "--grant-token", "env:NOWHERE"], /NOWHERE is not set/],
  ["nothing on stdin", ["find", "STORE", "--grant-token", "-"], /nothing on stdin/],
  ["an access token with a client", ["find", "STORE", "--access-token", "-", "--client", "c"], /without --client/],
  ["nothing to delete", ["delete", "STORE"], /ids or one --user/],
  ["ids and a user to delete", ["delete", "STORE", "1", "--user", "ann"], /ids or one --user/],
  ["an id and a user without a name to delete", ["delete", "STORE", "3", "--user", ""], /ids or one --user/],
  ["a client without its user", ["delete", "STORE", "1", "--client", "c"], /goes with --user/],
  ["no id", ["show", "STORE"], /one id/],
  ["a period that is none", ["sweep", "STORE", "--idle-seconds", "a week"], /seconds/],
  ["no next secret", ["rotate", "STORE"], /NEXT_TOKEN_SECRET/],
  ["no place for an export", ["export", "STORE"], /--out/],
  ["no secret for an export", ["export", "STORE", "--out", "x"], /EXPORT_SECRET/],
  ["a password in an argument", ["list", "mysql://a:hunter2@localhost/db"], /env:NAME/],
  ["a password in the query of an argument", ["list", "redis://localhost?password=hunter2"], /env:NAME/],
  ["a password of another kind there", ["list", "mysql://a@localhost/db?ssl=true&passwordSha1=hunter2"], /env:NAME/],
  ["a base for a folder", ["list", "STORE", "--base", "x"], /--base/],
  ["a hash tag for a folder", ["list", "STORE", "--hash-tag"], /--hash-tag/],
  ["a table for a folder", ["list", "STORE", "--store-table", "x"], /--store-table/],
  ["a table that is none", ["list", "sqlite:/dev/null", "--store-table", "a; drop table b"], /letters/],
  ["a namespace that is none", ["list", "STORE", "--namespace", "Bad"], /namespace/],
  ["a look-up that is none", ["list", "STORE", "--lookups", "account,email"], /lookups/],
  ["a secret beside none", ["list", "STORE", "--plain", "--secret-file", "/dev/null"], /exclude each other/],
  ["a password that is not percent-encoded", ["list", "env:ODD_URL"], /no address.*# as %23/],
  ["a cluster that is no address", ["list", "redis-cluster://"], /one of its nodes/],
  ["Workers KV without its token", ["list", "cloudflare:account/namespace"], /CLOUDFLARE_API_TOKEN/],
  ["Workers KV without a namespace", ["list", "cloudflare:account"], /account id/],
])("refuses %s, and changes nothing", async (_name, args, message) => {
  const outcome = await runHere(
    args.map((arg) => (arg === "STORE" ? store : arg)),
    { env: { ...env, ODD_URL: "redis://:hunter2#@127.0.0.1" } },
  );
  expect(outcome).toMatchObject({ code: 2, out: "" });
  expect(outcome.err.split("\n")[0]).toMatch(message);
  expect(outcome.err.split("\n").at(-2)).toBe(`edge-token-store ${args[0]} --help tells more.`);
  expect(outcome.err).not.toContain(TOKEN);
  expect(outcome.err).not.toContain("hunter2");
  expect((await runHere(["list", store, "--json"], { env })).out.trim().split("\n")).toHaveLength(2);
});

it("says which version it is", async () => {
  expect(await runHere(["--version"])).toMatchObject({ code: 0, out: `${manifest.version}\n`, err: "" });
});

it("refuses a secret that is too short as a wrong command line", async () => {
  const backup = join(directory, "backup");
  expect(await runHere(["export", store, "--out", backup], { env: { ...env, EXPORT_SECRET: SECRET } })).toMatchObject({ code: 0 });
  for (const [secrets, ...args] of [
    [{ TOKEN_SECRET: "short" }, "list", store],
    [{ NEXT_TOKEN_SECRET: "short" }, "rotate", store],
    [{ EXPORT_SECRET: "short" }, "export", store, "--out", `${backup}-2`],
    [{ EXPORT_SECRET: "short" }, "import", "sealed", backup, "--to", store],
  ] as const) {
    expect(await runHere(args, { env: { ...env, ...secrets } })).toMatchObject({ code: 2, err: expect.stringContaining("32") });
  }
});

describe("where there is no store", () => {
  const commands = [
    ["list"],
    ["show", "1"],
    ["find", "--user", "ann"],
    ["delete", "1"],
    ["check"],
    ["sweep"],
    ["rotate"],
    ["export", "--out", "/dev/null/backup"],
  ];
  const everySecret = { ...env, NEXT_TOKEN_SECRET: "the next secret, long enough to be one", EXPORT_SECRET: SECRET };

  it.each(commands)("%s says so of a namespace that nobody has written in", async (command, ...args) => {
    const outcome = await runHere([command, store, ...args, "--namespace", "tokenz"], { env: everySecret });
    expect(outcome).toMatchObject({ code: 1, out: "", err: expect.stringMatching(/^There is no store at \S+ in the namespace tokenz/) });
  });

  it.each(commands)("%s says so of a folder of something else, and of a file", async (command, ...args) => {
    const folder = join(directory, "another's");
    await mkdir(folder);
    await writeFile(join(folder, "notes"), "nothing of ours");
    const runOn = (path: string): Promise<unknown> => runHere([command, path, ...args], { env: everySecret });
    expect(await runOn(folder)).toMatchObject({ code: 1, out: "", err: expect.stringContaining("There is no store at") });
    expect(await runOn(join(folder, "notes"))).toMatchObject({ code: 1, out: "", err: expect.stringContaining("is no folder") });
    expect(await readdir(folder)).toEqual(["notes"]);
  });

  it.each(commands)("%s says so of a SQLite file of something else, and leaves it as it is", async (command, ...args) => {
    const path = join(directory, "orders.sqlite");
    const database = new DatabaseSync(path);
    database.exec("CREATE TABLE orders (id INTEGER)");
    database.close();
    const before = await readFile(path);
    const outcome = await runHere([command, `sqlite:${path}`, ...args], { env: everySecret });
    expect(outcome).toMatchObject({ code: 1, out: "", err: expect.stringContaining("There is no store at") });
    expect(await readFile(path)).toEqual(before);
  });
});

it("keeps no index but those that the application's store keeps", async () => {
  const lean = join(directory, "lean");
  await fillStore(atomicFsDriver({ base: lean }), [{ userName: "ann", refreshToken: "r" }], { lookups: ["account", "refresh"] });
  const lookups = ["--lookups", "account,refresh"];
  expect(await runHere(["check", lean], { env })).toMatchObject({ code: 3, out: expect.stringContaining("1 index entries missing") });
  expect(await runHere(["check", lean, ...lookups], { env })).toMatchObject({ code: 0, out: expect.stringContaining("All is well.") });
  for (const command of ["find", "delete"]) {
    expect(await runHere([command, lean, "--user", "ann", ...lookups], { env })).toMatchObject({
      code: 2,
      err: expect.stringContaining("keeps no index for look-ups by user"),
    });
  }
  const next = "the next secret, long enough to be one";
  expect(await runHere(["rotate", lean, ...lookups], { env: { ...env, NEXT_TOKEN_SECRET: next } })).toMatchObject({ code: 0 });
  expect((await readdir(join(lean, "tokens", "x"))).toSorted()).toEqual(["account", "refresh"]);
});

it("never says of a store that can't be reached or opened that a token is not there", async () => {
  const gone = "redis://127.0.0.1:1";
  for (const args of [
    ["list", gone],
    ["list", "redis-cluster://127.0.0.1:1"],
    ["show", gone, "1"],
    ["find", gone, "--user", "ann"],
    ["delete", gone, "1"],
    ["check", gone],
  ]) {
    expect(await runHere(args, { env })).toMatchObject({
      code: 1,
      out: "",
      err: expect.stringMatching(/Redis: .*(ECONNREFUSED|ClusterAllFailed)[^]*ERR_STORE_UNAVAILABLE/),
    });
  }
  // By the driver's own error, if that tells anything.
  expect((await runHere(["check", gone], { env })).err).toMatch(/^ERR_STORE_UNAVAILABLE: .* \(MaxRetriesPerRequestError\)$/m);
  const wrong = { TOKEN_SECRET: "another secret that is long enough" };
  for (const args of [
    ["show", store, "1"],
    ["find", store, "--user", "ann"],
    ["delete", store, "1"],
  ]) {
    expect(await runHere(args, { env: wrong })).toMatchObject({ code: 1, err: expect.stringContaining("ERR_SECRET_MISMATCH") });
  }
});

it("lists past a damaged record, says so by 3, and still deletes it by its id", async () => {
  const records = join(store, "tokens", "r");
  const [first] = await readdir(records);
  await writeFile(join(records, first!), "torn");
  const list = await runHere(["list", store, "--json"], { env });
  expect(list).toMatchObject({ code: 3, err: expect.stringContaining("is damaged") });
  const left = (JSON.parse(list.out) as { id: string }).id;
  const damaged = left === "1" ? "2" : "1";
  expect(await runHere(["check", store], { env })).toMatchObject({
    code: 3,
    out: expect.stringContaining("1 records that can't be opened"),
  });
  expect(await runHere(["export", store, "--out", join(directory, "b")], { env: { ...env, EXPORT_SECRET: SECRET } })).toMatchObject({
    code: 3,
    err: expect.stringContaining("1 could not be read"),
  });
  expect(await runHere(["show", store, damaged], { env })).toMatchObject({ code: 1, err: expect.stringContaining("ERR_RECORD_CORRUPT") });
  expect(await runHere(["delete", store, damaged], { env })).toMatchObject({ code: 0 });
  expect(await runHere(["check", store, "--repair"], { env })).toMatchObject({
    code: 0,
    out: expect.stringMatching(/mended, 0 left|All is well/),
  });
});

it("reports what it could mend by 3, mends it with --repair, and not with --dry-run", async () => {
  await rm(join(store, "tokens", "x", "refresh"), { recursive: true });
  expect(await runHere(["find", store, "--refresh-token", "-"], { env, input: "r-1" })).toMatchObject({ code: 4 });
  expect(await runHere(["check", store], { env })).toMatchObject({ code: 3, out: expect.stringContaining("2 index entries missing") });
  expect(await runHere(["check", store, "--repair", "--dry-run"], { env })).toMatchObject({ code: 3 });
  expect(await runHere(["check", store, "--repair"], { env })).toMatchObject({
    code: 0,
    out: expect.stringContaining("2 faults mended, 0 left"),
  });
  expect(await runHere(["find", store, "--refresh-token", "-"], { env, input: "r-1" })).toMatchObject({ code: 0 });
});

it("sweeps sessions by the age that it is told", async () => {
  await new Promise((resolve) => setTimeout(resolve, 1001));
  expect(await runHere(["sweep", store], { env })).toMatchObject({ out: expect.stringContaining("0 removed") });
  expect(await runHere(["sweep", store, "--max-age-seconds", "1"], { env })).toMatchObject({
    code: 0,
    out: expect.stringContaining("2 removed"),
  });
});

it("makes secrets that are long enough, never the same, and in a file that only its owner reads", async () => {
  const [one, other] = await Promise.all([runHere(["generate-secret"]), runHere(["generate-secret"])]);
  expect(Buffer.from(one.out.trim(), "base64")).toHaveLength(32);
  expect(other.out).not.toBe(one.out);
  const file = join(directory, "secret");
  expect(await runHere(["generate-secret", "--out", file])).toMatchObject({ code: 0, out: "" });
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  const secret = await readFile(file, "utf8");
  expect(await runHere(["generate-secret", "--out", file])).toMatchObject({ code: 1, err: expect.stringContaining("not written over") });
  expect(await readFile(file, "utf8")).toBe(secret);
  expect(await runHere(["rotate", store, "--next-secret-file", file], { env })).toMatchObject({ code: 0 });
  expect(await runHere(["list", store, "--secret-file", file])).toMatchObject({ code: 0 });
});

it("gives its figures as JSON, and the details of a token too", async () => {
  const sweep = await runHere(["sweep", store, "--json"], { env });
  expect(JSON.parse(sweep.out)).toEqual({ records: 2, expired: 0, over: 0, unreadable: 0, removed: 0 });
  const show = await runHere(["show", store, "1", "--json"], { env });
  expect(JSON.parse(show.out)).toMatchObject({ id: "1", userName: "ann", refreshToken: "[redacted, 3 characters]" });
});

it("removes a damaged record by sweep --unreadable", async () => {
  const records = join(store, "tokens", "r");
  const [first] = await readdir(records);
  await writeFile(join(records, first!), "torn");
  const dry = await runHere(["sweep", store, "--unreadable", "--dry-run"], { env });
  expect(dry).toMatchObject({ code: 0, err: "", out: expect.stringContaining("1 would be removed") });
  expect(await runHere(["sweep", store, "--unreadable"], { env })).toMatchObject({ code: 0, out: expect.stringContaining("1 removed") });
  expect(await runHere(["check", store, "--repair"], { env })).toMatchObject({ code: 0, out: expect.stringContaining("1 records") });
});

it("rotates and sweeps past a damaged record, and says so by 3", async () => {
  const records = join(store, "tokens", "r");
  const [first] = await readdir(records);
  await writeFile(join(records, first!), "torn");
  expect(await runHere(["sweep", store], { env })).toMatchObject({ code: 3, err: expect.stringContaining("1 could not be read") });
  const rotating = { ...env, NEXT_TOKEN_SECRET: "the next secret, long enough to be one" };
  expect(await runHere(["rotate", store], { env: rotating })).toMatchObject({
    code: 3,
    out: expect.stringContaining("1 moved"),
    err: expect.stringContaining("keep the current secret too"),
  });
});

it("tells an empty store from one that is not there", async () => {
  expect(await runHere(["list", join(directory, "nowhere")], { env })).toMatchObject({
    code: 1,
    err: expect.stringContaining("no store at"),
  });
  expect(await runHere(["delete", store, "1", "2"], { env })).toMatchObject({ code: 0 });
  expect(await runHere(["list", store], { env })).toMatchObject({ code: 0, out: "", err: "There are no tokens.\n" });
  expect(await runHere(["list", store, "--json"], { env })).toMatchObject({ code: 0, out: "", err: "" });
});

it("says why an export can't be written", async () => {
  const out = join(directory, "nowhere", "backup");
  const outcome = await runHere(["export", store, "--out", out], { env: { ...env, EXPORT_SECRET: SECRET } });
  expect(outcome).toMatchObject({ code: 1, err: expect.stringContaining("can't be written: ENOENT") });
});

it("lists what a token lacks, and an instant that is no date as the number it is", async () => {
  await fillStore(atomicFsDriver({ base: store }), [
    { id: "3", accessToken: "a-3", expiresAt: 4_000_000_000_000 },
    { id: "4", accessToken: "a-4", expiresAt: 8.64e15 + 1 },
  ]);
  const { out } = await runHere(["list", store], { env });
  const line = (id: string): string[] =>
    out
      .split("\n")
      .find((text) => text.startsWith(`${id} `))!
      .split(/ {2,}/)
      .slice(0, 4);
  expect(line("3")).toEqual(["3", "-", "-", "until 2096-10-02T07:06:40Z"]);
  expect(line("4")).toEqual(["4", "-", "-", "until 8640000000000001"]);
});

describe("what goes wrong elsewhere", () => {
  const terminal = (parts: Partial<Terminal>): Terminal & { errors: string[] } => {
    const errors: string[] = [];
    const err = (line: string): void => void errors.push(line);
    return { out: () => {}, err, environment: env, readLine: async () => "", signal: new AbortController().signal, errors, ...parts };
  };

  it("is no failure where nobody reads any more", async () => {
    const closed = terminal({ signal: AbortSignal.abort(new OutputClosed()) });
    expect(await run(["list", store], closed)).toBe(0);
    expect(closed.errors).toEqual([]);
  });

  it("does not keep a token from being deleted that nobody reads any more", async () => {
    const closed = terminal({ signal: AbortSignal.abort(new OutputClosed()) });
    expect(await run(["delete", store, "1", "2"], closed)).toBe(0);
    expect((await runHere(["list", store], { env })).err).toBe("There are no tokens.\n");
  });

  it.each<[unknown, string]>([
    [Object.assign(new TypeError(TOKEN), { code: "ERR_ODD" }), "It failed: TypeError ERR_ODD."],
    [{ name: TOKEN }, "It failed: a thrown object."],
  ])("is told by its name and code alone", async (thrown, sentence) => {
    const failing = terminal({
      out: () => {
        throw thrown;
      },
    });
    expect(await run(["list", store], failing)).toBe(1);
    expect(failing.errors).toEqual([sentence]);
  });
});
