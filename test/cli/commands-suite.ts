import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import type { TokenInput } from "../../src/token.ts";
import { SECRET } from "../conformance/unstorage-fixture.ts";
import { runCli } from "../support/cli-process.ts";
import { runHere } from "../support/cli-run.ts";
import type { CliOutcome } from "../support/cli-process.ts";

const NEXT = "the next secret, long enough to be one";
const EXPORT = "the secret of the export, long enough";
const TOKENS = ["refresh-of-ann", "access-of-ann", "grant-of-cy", "client-secret-1", "refresh-of-bob", "access-of-eve"];

export interface CliStore {
  /** As it is given to the command line; with a password as env:STORE. */
  readonly address: string;
  readonly env?: Record<string, string>;
  /** Options that it needs with each command. */
  readonly options?: readonly string[];
  /** Saves through the library, with SECRET. */
  save(tokens: readonly TokenInput[]): Promise<void>;
  dispose(): Promise<void>;
}

/** The commands, one after the other, on a real engine. */
export function cliSuite(name: string, create: (directory: string) => Promise<CliStore>): void {
  let directory: string;
  let store: CliStore;
  beforeAll(async () => {
    // The driver for SQL says that it is experimental.
    vi.spyOn(console, "warn").mockImplementation(() => {});
    directory = await mkdtemp(join(tmpdir(), "ets-cli-"));
    store = await create(directory);
    await store.save([
      {
        id: "1",
        userName: "ann@example.com",
        clientId: "c1",
        clientSecret: "client-secret-1",
        refreshToken: "refresh-of-ann",
        accessToken: "access-of-ann",
      },
      { id: "2", userName: "bob", clientId: "c1", refreshToken: "refresh-of-bob" },
      { id: "3", userName: "cy", clientId: "c2", grantToken: "grant-of-cy" },
      { id: "4", userName: "eve\u001B[2J", accessToken: "access-of-eve", expiresAt: 1000 },
    ]);
  });
  afterAll(async () => {
    await store.dispose();
    await rm(directory, { recursive: true, force: true });
  });

  async function cli(args: string[], env: Record<string, string> = {}, input = ""): Promise<CliOutcome> {
    const places = args.map((arg) => (arg === "STORE" ? store.address : /^(copy|backup|dry)$/.test(arg) ? join(directory, arg) : arg));
    const outcome = await runHere(args.includes("STORE") ? [...places, ...(store.options ?? [])] : places, {
      env: { TOKEN_SECRET: SECRET, ...store.env, ...env },
      input,
    });
    for (const secret of [...TOKENS, SECRET, NEXT, EXPORT]) expect(outcome.out + outcome.err).not.toContain(secret);
    return outcome;
  }

  it(`lists, shows and finds on ${name}, and shows no secret`, async () => {
    const list = await cli(["list", "STORE"]);
    expect(list).toMatchObject({ code: 0, err: "" });
    expect(list.out.trimEnd().split("\n")).toHaveLength(5);
    expect(list.out).toContain(String.raw`eve\u001b[2J`);
    const json = await cli(["list", "STORE", "--json", "--limit", "3"]);
    const listed = json.out
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as { id: string });
    expect(listed.map(({ id }) => id).every((id) => ["1", "2", "3", "4"].includes(id))).toBe(true);
    expect(listed).toHaveLength(3);

    expect(await cli(["show", "STORE", "1"])).toMatchObject({ code: 0, out: expect.stringContaining("[redacted, 14 characters]") });
    expect(await cli(["show", "STORE", "4"])).toMatchObject({ code: 0, out: expect.stringContaining("1970-01-01T00:00:01Z (expired)") });
    expect(await cli(["show", "STORE", "9"])).toMatchObject({ code: 4, out: "" });

    const ids = ({ out }: CliOutcome): string[] =>
      out
        .trim()
        .split("\n")
        .filter(Boolean)
        .map((line) => (JSON.parse(line) as { id: string }).id);
    const found = await Promise.all([
      cli(["find", "STORE", "--json", "--user", "bob"]),
      cli(["find", "STORE", "--json", "--refresh-token", "-"], {}, "refresh-of-ann"),
      cli(["find", "STORE", "--json", "--access-token", "env:FOUND"], { FOUND: "access-of-eve" }),
      cli(["find", "STORE", "--json", "--grant-token", "-", "--client", "c2"], {}, "grant-of-cy"),
    ]);
    expect(found.map(ids)).toEqual([["2"], ["1"], ["4"], ["3"]]);
    expect(await cli(["find", "STORE", "--refresh-token", "-", "--client", "c2"], {}, "refresh-of-ann")).toMatchObject({
      code: 4,
      out: "",
    });
  });

  it(`as a process lets go of ${name} and ends`, async () => {
    const surroundings = { cwd: directory, env: { TOKEN_SECRET: SECRET, ...store.env } };
    expect(await runCli(["show", store.address, "2", ...(store.options ?? [])], surroundings)).toMatchObject({ code: 0, err: "" });
  });

  it(`changes nothing on ${name} in dry runs`, async () => {
    const before = await cli(["list", "STORE", "--json"]);
    const dry = await Promise.all([
      cli(["delete", "STORE", "1", "--dry-run"]),
      cli(["sweep", "STORE", "--dry-run"]),
      cli(["rotate", "STORE", "--dry-run"], { NEXT_TOKEN_SECRET: NEXT }),
      cli(["export", "STORE", "--out", "dry", "--dry-run"], { EXPORT_SECRET: EXPORT }),
    ]);
    expect(dry.map(({ code }) => code)).toEqual([0, 0, 0, 0]);
    expect(dry[0].out).toBe("would be deleted: 1\n");
    expect(dry[1].out).toContain("1 expired, 0 of sessions that are over, 1 would be removed");
    expect(dry[2].out).toContain("4 would be moved");
    expect(dry[3].out).toMatch(/^4 tokens of \S+ would be exported/);
    await expect(stat(join(directory, "dry"))).rejects.toThrow("ENOENT");
    expect((await cli(["list", "STORE", "--json"])).out).toBe(before.out);
  });

  it(`exports ${name} into a sealed file, whose tokens another store takes`, async () => {
    const exported = await cli(["export", "STORE", "--out", "backup"], { EXPORT_SECRET: EXPORT });
    expect(exported).toMatchObject({ code: 0, err: "", out: expect.stringMatching(/^4 tokens of \S+ exported to \S+backup\.\n$/) });
    const file = await readFile(join(directory, "backup"), "utf8");
    for (const value of [...TOKENS, "userName", "ann@example.com"]) expect(file).not.toContain(value);
    expect((await stat(join(directory, "backup"))).mode & 0o777).toBe(0o600);
    expect(await cli(["export", "STORE", "--out", "backup"], { EXPORT_SECRET: EXPORT })).toMatchObject({ code: 1 });

    const import_ = ["import", "sealed", "backup", "--to", "copy"];
    expect((await cli(import_, { EXPORT_SECRET: EXPORT, TOKEN_SECRET: NEXT })).out).toMatch(/^4 imported/);
    expect((await cli(import_, { EXPORT_SECRET: EXPORT, TOKEN_SECRET: NEXT })).out).toMatch(/^0 imported to .*, 4 already there/);
    expect(await cli(["find", "copy", "--json", "--refresh-token", "-"], { TOKEN_SECRET: NEXT }, "refresh-of-ann")).toMatchObject({
      code: 0,
      out: expect.stringContaining('"id":"1","userName":"ann@example.com"'),
    });
    expect(await cli(import_, { EXPORT_SECRET: NEXT, TOKEN_SECRET: NEXT })).toMatchObject({
      code: 1,
      err: expect.stringContaining("another secret"),
    });
  });

  it(`checks, sweeps, rotates and deletes on ${name}`, async () => {
    expect(await cli(["check", "STORE"])).toMatchObject({ code: 0, out: expect.stringContaining("All is well.") });
    expect(await cli(["sweep", "STORE"])).toMatchObject({ code: 0, out: expect.stringContaining("1 removed.") });
    expect(await cli(["rotate", "STORE"], { NEXT_TOKEN_SECRET: SECRET })).toMatchObject({ code: 2 });
    expect(await cli(["rotate", "STORE"], { NEXT_TOKEN_SECRET: NEXT })).toMatchObject({ code: 0, out: expect.stringContaining("3 moved") });
    expect(await cli(["list", "STORE"])).toMatchObject({ code: 1, out: "", err: expect.stringContaining("ERR_SECRET_MISMATCH") });
    const next = { TOKEN_SECRET: NEXT };
    expect(await cli(["check", "STORE", "--repair", "--json"], next)).toMatchObject({
      code: 0,
      out: expect.stringContaining('"records":3'),
    });
    expect(await cli(["delete", "STORE", "2", "9"], next)).toMatchObject({ code: 4, out: "deleted: 2\n" });
    expect(await cli(["delete", "STORE", "--user", "ann@example.com", "--client", "c2"], next)).toMatchObject({ code: 4, out: "" });
    expect(await cli(["delete", "STORE", "--user", "ann@example.com", "--client", "c1"], next)).toMatchObject({
      code: 0,
      out: "deleted: 1\n",
    });
    expect(await cli(["list", "STORE", "--json"], next)).toMatchObject({ code: 0, out: expect.stringMatching(/^\{"id":"3".*\}\n$/) });
  });
}
