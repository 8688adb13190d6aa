import { execFile } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { beforeAll, describe, expect, inject, it } from "vitest";
import manifest from "../../package.json" with { type: "json" };
import { block, QUICK_STARTS } from "./readme.ts";

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL("../..", import.meta.url));

const COMPILERS = { "TypeScript 7": "", "TypeScript 6": "typescript6", "TypeScript 5": "typescript5" } as const;
const RESOLUTIONS = {
  nodenext: { module: "nodenext", moduleResolution: "nodenext" },
  bundler: { module: "esnext", moduleResolution: "bundler" },
} as const;
const CASES = Object.keys(COMPILERS).flatMap((compiler) => Object.keys(RESOLUTIONS).map((resolution) => [compiler, resolution] as const));

const DOM = ["dom", "dom.iterable"];

/** Of these two their peer has to be installed, and a page has no use for them. */
const OF_SERVERS = ["./unstorage", "./fs"];

/** The types of Workers, which `npx wrangler types` writes into a file, are others than those of pages and of Node. */
const WORKER_TYPES = "@cloudflare/workers-types";

describe.concurrent("a stranger's project, with every declaration checked", () => {
  beforeAll(async () => {
    const { page, server } = inject("thirdParty");
    const entryPoints = Object.entries(manifest.exports).flatMap(([name, target]) => (typeof target === "string" ? [] : [name]));
    expect(entryPoints.length).toBeGreaterThan(10);
    const ofPages = entryPoints.filter((name) => !OF_SERVERS.includes(name));
    await writeProject(join(page, "types"), { lib: DOM }, ofPages, ["page"]);
    await writeProject(join(server, "types"), { lib: DOM, types: ["node"] }, entryPoints, ["page", "durableObjects", "node"]);
    await writeProject(join(server, "node-types"), { types: ["node"] }, entryPoints, ["durableObjects", "node"]);
    // What the drivers' own packages declare needs the types of Node.
    const ofWorkers = { types: [WORKER_TYPES], skipLibCheck: true };
    await writeProject(join(server, "worker-types"), ofWorkers, entryPoints, ["kv", "durableObjects"]);
  });

  it.each(Object.keys(RESOLUTIONS))("compiles in a page that has neither unstorage nor the types of Node: %s", async (resolution) => {
    expect(await compile("page/types", "TypeScript 7", resolution)).toEqual([]);
  });

  it.each(Object.keys(RESOLUTIONS))("compiles in a Worker, with the types of Workers alone: %s", async (resolution) => {
    expect(await compile("server/worker-types", "TypeScript 7", resolution)).toEqual([]);
  });

  it.each(CASES)("compiles with %s, %s, with the types of pages and without them", async (compiler, resolution) => {
    const problems = [
      ...(await compile("server/types", compiler, resolution)),
      ...(await compile("server/node-types", compiler, resolution)),
    ];
    // unstorage declares drivers whose peers nobody has all of. What it says there is no matter of ours.
    expect(problems.filter((line) => !line.startsWith("../node_modules/unstorage/"))).toEqual([]);
  });
});

/** The quick starts word for word, an import of each entry point, and a line that is wrong: types are not `any`. */
async function writeProject(
  project: string,
  { lib = [], ...platform }: { lib?: string[]; types?: string[]; skipLibCheck?: boolean },
  entryPoints: string[],
  quickStarts: (keyof typeof QUICK_STARTS)[],
): Promise<void> {
  await mkdir(project);
  for (const name of quickStarts) await writeFile(join(project, `${name}.ts`), await block(QUICK_STARTS[name], "ts"));
  const imports = entryPoints.map((name, number) => `export * as entry${number} from "edge-token-store${name.slice(1)}";\n`);
  const wrong = `import { createMemoryTokenStore } from "edge-token-store";
import { createTokenRefresher } from "edge-token-store/refresh";
const store = createMemoryTokenStore();
// @ts-expect-error
void store.findToken({ userNme: "ann" });
// @ts-expect-error
void createTokenRefresher({ store, refresh: async () => ({ accessToken: "a" }) }).fetch({ userName: "ann" }, 42);
`;
  await writeFile(join(project, "all.ts"), imports.join("") + wrong);
  for (const [name, resolution] of Object.entries(RESOLUTIONS)) {
    const compilerOptions = {
      ...resolution,
      target: "es2022",
      lib: ["es2022", ...lib],
      types: [],
      strict: true,
      exactOptionalPropertyTypes: true,
      noUncheckedIndexedAccess: true,
      verbatimModuleSyntax: true,
      skipLibCheck: false,
      noEmit: true,
      ...platform,
    };
    await writeFile(join(project, `${name}.json`), JSON.stringify({ compilerOptions, include: ["*.ts"] }));
  }
}

/** What the compiler has to say, a line each. */
async function compile(
  project: "page/types" | "server/types" | "server/node-types" | "server/worker-types",
  compiler: string,
  resolution: string,
): Promise<string[]> {
  const { tools, ...directories } = inject("thirdParty");
  const [place, folder] = project.split("/") as ["page" | "server", string];
  const name = COMPILERS[compiler as keyof typeof COMPILERS];
  const tsc = name === "" ? join(ROOT, "node_modules/typescript/bin/tsc") : join(tools, "node_modules", name, "bin/tsc");
  const { stdout } = await run(process.execPath, [tsc, "--pretty", "false", "-p", `${resolution}.json`], {
    cwd: join(directories[place], folder),
  }).catch((error: { stdout: string }) => error);
  return stdout.split("\n").filter((line) => line !== "");
}
