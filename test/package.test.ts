import { execFile } from "node:child_process";
import { existsSync, realpathSync } from "node:fs";
import { copyFile, cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join, relative } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { build } from "vite";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { LocalServer } from "./support/local-server.ts";
import { namedBlocks } from "./support/markdown-code.ts";
import { CLIENT, ZohoServer } from "./support/zoho-server.ts";

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** The Node that runs the tests and, where the machine has another, that one too. */
function nodes(): string[] {
  const found = (process.env["PATH"] ?? "")
    .split(delimiter)
    .filter((directory) => !directory.includes("node_modules"))
    .map((directory) => join(directory, "node"))
    .filter((path) => existsSync(path));
  return [...new Set([process.execPath, ...found.slice(0, 1)].map((path) => realpathSync(path)))];
}

describe("the package as it is published", () => {
  let directory: string;
  let installed: string;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), "ets-package-"));
    installed = join(directory, "node_modules/edge-token-store");
    await mkdir(installed, { recursive: true });
    await run("tar", ["-xzf", inject("tarball"), "--strip-components=1", "-C", installed]);
    await mkdir(join(directory, "node_modules/@zohocrm"));
    for (const name of ["db0", "idb", "unstorage", "@zohocrm/typescript-sdk-8.0"])
      await symlink(join(ROOT, "node_modules", name), join(directory, "node_modules", name));
  });
  afterAll(() => rm(directory, { recursive: true, force: true }));

  /** The files below a folder, by their paths there. */
  async function filesIn(folder: string): Promise<string[]> {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    return entries.filter((entry) => entry.isFile()).map((entry) => relative(folder, join(entry.parentPath, entry.name)));
  }

  it("holds what each source is built into, the sources, four documents, and nothing else", async () => {
    const sources = await filesIn(join(ROOT, "src"));
    const built = sources
      .filter((name) => !name.endsWith(".d.ts"))
      .flatMap((name) => [".js", ".js.map", ".d.ts", ".d.ts.map"].map((extension) => `dist/${name.replace(/\.ts$/, extension)}`));
    const documents = ["CHANGELOG.md", "LICENSE", "README.md", "SECURITY.md", "package.json", "storage-schema.md"];
    expect((await filesIn(installed)).sort()).toEqual([...documents, ...built, ...sources.map((name) => `src/${name}`)].sort());
  });

  it("is built the same again elsewhere, byte for byte", async () => {
    const elsewhere = join(directory, "elsewhere");
    await cp(join(ROOT, "src"), join(elsewhere, "src"), { recursive: true });
    for (const name of ["package.json", "tsconfig.json", "tsconfig.build.json"]) await copyFile(join(ROOT, name), join(elsewhere, name));
    await symlink(join(ROOT, "node_modules"), join(elsewhere, "node_modules"));
    await run("tsc", ["-p", join(elsewhere, "tsconfig.build.json")], { cwd: elsewhere });
    const files = await filesIn(join(elsewhere, "dist"));
    expect(files.sort()).toEqual((await filesIn(join(installed, "dist"))).sort());
    const contents = (folder: string): Promise<Buffer[]> => Promise.all(files.map((name) => readFile(join(folder, "dist", name))));
    const [first, second] = await Promise.all([contents(installed), contents(elsewhere)]);
    expect(files.filter((_name, index) => !first[index]!.equals(second[index]!))).toEqual([]);
  });

  it.each(nodes())("saves and finds with %s", async (node) => {
    const consumer = join(directory, "consumer.mjs");
    await writeFile(
      consumer,
      `import { createMemoryTokenStore, TokenStoreError } from "edge-token-store";
       import { createIndexedDBTokenStore } from "edge-token-store/indexeddb";
       import { createUnstorageTokenStore } from "edge-token-store/unstorage";
       import { rotateSecret } from "edge-token-store/maintenance";
       import { atomicFsDriver } from "edge-token-store/fs";
       import { createProcessLock } from "edge-token-store/locks";
       import { createTokenRefresher } from "edge-token-store/refresh";
       import { createStorage } from "unstorage";
       const token = { userName: "ann", clientId: "c", refreshToken: "r" };
       const stores = [createMemoryTokenStore(), createUnstorageTokenStore(createStorage({ driver: atomicFsDriver({ base: "./tokens" }) }), { secret: "x".repeat(32) })];
       for (const store of stores) {
         const { id } = await store.saveToken(token);
         if ((await store.findToken({ refreshToken: "r" })).id !== id) throw new Error("not found");
         await store.close();
       }
       const storage = createStorage();
       await createUnstorageTokenStore(storage, { secret: "x".repeat(32) }).saveToken(token);
       const rotated = await rotateSecret(createUnstorageTokenStore(storage, { secret: ["y".repeat(32), "x".repeat(32)] }));
       if (rotated.moved !== 1) throw new Error("not moved");
       const store = createMemoryTokenStore();
       await store.saveToken(token);
       const refresh = async () => Response.json({ access_token: "fresh" });
       for (const lock of [{}, { lock: createProcessLock() }]) {
         if ((await createTokenRefresher({ store, refresh, ...lock }).getAccessToken({ refreshToken: "r" })) !== "fresh") throw new Error("not fresh");
       }
       const refused = await createIndexedDBTokenStore().saveToken({ accessToken: "" }).catch((error) => error);
       if (!(refused instanceof TokenStoreError)) throw refused;
       console.log("fine on", process.version);`,
    );
    const { stdout, stderr } = await run(node, [consumer], { cwd: await mkdtemp(join(directory, "run-")) });
    expect(stdout).toMatch(/^fine on v\d+/);
    expect(stderr).toBe("");
  });

  it("judges the backend of docs/write-a-backend.md under node:test", async () => {
    const own = await mkdtemp(join(directory, "backend-"));
    for (const [name, code] of await namedBlocks(join(ROOT, "docs/write-a-backend.md"))) await writeFile(join(own, name), code);
    const { stdout } = await run(process.execPath, ["--no-warnings", "--test", "--test-reporter=tap", "sqlite-backend.test.ts"], {
      cwd: own,
      maxBuffer: 2 ** 24,
    });
    expect(stdout).toMatch(/^# fail 0$/m);
    expect(stdout).toMatch(/^# skipped 0$/m);
    expect(Number(/^# pass (\d+)$/m.exec(stdout)?.[1])).toBeGreaterThan(175);
  });

  it("runs the programs of docs/node.md, again and again", async () => {
    const own = await mkdtemp(join(directory, "node-"));
    for (const [name, code] of await namedBlocks(join(ROOT, "docs/node.md"))) await writeFile(join(own, name), code);
    const asked: string[] = [];
    await using provider = await LocalServer.start(async (request) => {
      asked.push(await text(request));
      return { body: { access_token: "a-new-access-token", token_type: "Bearer", expires_in: 3600 } };
    });
    const env = { ...process.env, TOKEN_SECRET: "a secret of the guide, long enough", TOKEN_ENDPOINT: `${provider.url}/token` };
    const outputs: string[] = [];
    for (const program of ["main.ts", "main.ts", "sqlite.ts", "sqlite.ts"]) {
      outputs.push((await run(process.execPath, ["--no-warnings", program], { cwd: own, env })).stdout);
    }
    expect(outputs.slice(0, 2)).toEqual(["A token of 18 characters.\n", "A token of 18 characters.\n"]);
    expect(outputs.slice(2).map((output) => output.split("\n").at(-2))).toEqual(Array(2).fill("Stored under ann@example.com"));
    // The second start found the token that the first one had saved.
    expect(asked).toEqual(["grant_type=refresh_token&client_id=my-client&refresh_token=the-refresh-token"]);
  });

  it.each(nodes())("has a command line that runs with %s", async (node) => {
    const { stdout } = await run(node, [join(installed, "dist/cli/main.js"), "import", "--help"]);
    expect(stdout).toContain("--dry-run");
  });

  it("carries Zoho's own SDK through two starts of the example", async () => {
    const server = await ZohoServer.start();
    await copyFile(join(ROOT, "examples/zoho-node/index.ts"), join(directory, "example.ts"));
    const env = {
      ...process.env,
      ZOHO_SERVER: server.url,
      TOKEN_SECRET: "a secret of the example, long enough",
      TOKENS: join(directory, "tokens"),
    };
    const login = { ZOHO_CLIENT_ID: CLIENT.id, ZOHO_CLIENT_SECRET: CLIENT.secret, ZOHO_GRANT_TOKEN: server.issueGrant() };
    for (const more of [login, {}]) {
      const { stdout } = await run(process.execPath, ["example.ts"], { cwd: directory, env: { ...env, ...more } });
      expect(stdout).toBe("Logged in to Example.\n");
    }
    expect(server.grants).toEqual(["authorization_code"]);
    await server.stop();
  });

  it("loads nothing but idb and the platform's own modules, what is optional not at all, and those of Workers in the Durable Object alone", async () => {
    const object = "backends/durable-object/token-store-object.js";
    const oauth = "oauth/client.js";
    expect(await readFile(join(installed, "dist", object), "utf8")).toContain('from "cloudflare:workers"');
    const all = await readdir(join(installed, "dist"), { recursive: true });
    const files = all.filter((name) => name.endsWith(".js") && name !== object && name !== oauth);
    const imported = new Set<string>();
    for (const file of files) {
      const code = await readFile(join(installed, "dist", file), "utf8");
      for (const [, specifier] of code.matchAll(/from "([^".][^"]*)"/g)) imported.add(specifier!);
    }
    expect([...imported].sort()).toEqual([
      "#crypto",
      "idb",
      "node:crypto",
      "node:fs",
      "node:fs/promises",
      "node:os",
      "node:path",
      "node:process",
      "node:readline",
      "node:util",
      "node:worker_threads",
    ]);
  });

  it.each(["indexeddb", "refresh"])("puts no Node module into a page: %s", async (name) => {
    const entry = join(directory, `page-${name}.js`);
    await writeFile(entry, `export * from "edge-token-store/${name}";`);
    const result = await build({
      root: directory,
      configFile: false,
      logLevel: "silent",
      build: { write: false, modulePreload: false, rolldownOptions: { input: entry, preserveEntrySignatures: "strict" } },
    });
    const { output } = (Array.isArray(result) ? result[0] : result) as { output: { type: string; code: string }[] };
    expect(output.map((chunk) => chunk.code).join("")).not.toContain("node:");
  });
});
