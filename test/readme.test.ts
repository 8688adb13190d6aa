import { execFile } from "node:child_process";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, it } from "vitest";
import { BARS, judge } from "../bench/bars.ts";
import type { Judgement } from "../bench/bars.ts";
import { readResult, valueOf } from "../bench/lib/results.ts";
import { documents } from "../bench/readme.ts";

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL("..", import.meta.url));
const DIRECTORY = `${ROOT}test-results/readme`;

let examples: string[];

beforeAll(async () => {
  const readme = await readFile(`${ROOT}README.md`, "utf8");
  examples = Array.from(readme.matchAll(/```ts\n(.*?)```/gs), ([, code]) => code!);
  await mkdir(DIRECTORY, { recursive: true });
  await Promise.all(examples.map((code, number) => writeFile(`${DIRECTORY}/example-${number + 1}.ts`, `${code}\nexport {};\n`)));
  const compilerOptions = { isolatedDeclarations: false, noPropertyAccessFromIndexSignature: false, exactOptionalPropertyTypes: false };
  await writeFile(
    `${DIRECTORY}/tsconfig.json`,
    JSON.stringify({ extends: "../../tsconfig.json", compilerOptions, include: ["*.ts", "../../src/**/*.d.ts"] }),
  );
});
afterAll(() => rm(DIRECTORY, { recursive: true, force: true }));

it("has examples for a page, Workers, Node, Zoho's SDK, a rotation, a refresher, a check and the suite, and all of them compile", async () => {
  expect(examples).toHaveLength(9);
  const output = await run("tsc", ["-p", DIRECTORY], { cwd: ROOT }).then(
    ({ stdout }) => stdout,
    ({ stdout }: { stdout: string }) => stdout,
  );
  expect(output).toBe("");
});

it("documents every error code", async () => {
  const [readme, errors] = await Promise.all([readFile(`${ROOT}README.md`, "utf8"), readFile(`${ROOT}src/errors.ts`, "utf8")]);
  const codes = new Set(errors.match(/ERR_[A-Z_]+/g));
  expect([...codes].filter((code) => !readme.includes(`\`${code}\``))).toEqual([]);
});

it("tells the figures that the benchmark has written: run node bench/readme.ts where it does not", async () => {
  for (const { is, shouldBe } of await documents()) expect(is).toBe(shouldBe);
});

it("judges every bar by the committed results", () => {
  const judgements = judge(valueOf);
  expect(judgements.filter(({ measured }) => measured === null)).toEqual([]);
  expect(judgements).toHaveLength(BARS.length);
  expect(readResult<Judgement[]>("bars")).toEqual(judgements);
});
