import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { afterAll, expect, it } from "vitest";
import type { TokenStoreFixture } from "../src/testing/index.ts";
import { tokenStoreSuite } from "./conformance/token-store-suite.ts";
import { namedBlocks } from "./support/markdown-code.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const DIRECTORY = `${ROOT}test-results/write-a-backend`;
const MAX_LINES = 80;

const blocks = await namedBlocks(`${ROOT}docs/write-a-backend.md`);
const backend = blocks.get("sqlite-backend.ts") ?? "";
const suite = blocks.get("sqlite-backend.test.ts") ?? "";
// The page's own fixture, for Vitest: all but what registers the cases with Node's runner.
const fixture = suite.slice(0, suite.indexOf("describe(")).replace(/^import .* from "node:test";\n/m, "");

await mkdir(DIRECTORY, { recursive: true });
await writeFile(`${DIRECTORY}/sqlite-backend.ts`, backend);
await writeFile(`${DIRECTORY}/sqlite-backend.test.ts`, suite);
await writeFile(`${DIRECTORY}/fixture.ts`, `${fixture}\nexport { create };\n`);
const { create } = (await import(`${DIRECTORY}/fixture.ts`)) as { create: () => TokenStoreFixture };

afterAll(() => rm(DIRECTORY, { recursive: true, force: true }));

it("builds a backend in fewer than 80 lines", () => {
  expect(backend.trim().split("\n").length).toBeGreaterThan(30);
  expect(backend.trim().split("\n").length).toBeLessThan(MAX_LINES);
});

it("names every export of the two entry points, and none that is not there", async () => {
  const page = await readFile(`${ROOT}docs/write-a-backend.md`, "utf8");
  const [port, testing] = await Promise.all([import("../src/backends/custom/index.ts"), import("../src/testing/index.ts")]);
  const names = [...Object.keys(port), ...Object.keys(testing)].filter((name) => !name.endsWith("Error"));
  expect(names.filter((name) => !page.includes(name))).toEqual([]);
});

tokenStoreSuite({ name: "the backend of docs/write-a-backend.md", shared: true, create: async () => create() });
