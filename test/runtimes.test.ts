import { readFile } from "node:fs/promises";
import { expect, it } from "vitest";
import { BEGIN, END, isGreen, withMatrix } from "./runtimes/matrix.ts";
import type { Matrix } from "./runtimes/matrix.ts";
import { RUNTIMES } from "./runtimes/runtimes.ts";
import { SUITES } from "./runtimes/suites.ts";

const committed = async (): Promise<Matrix> => JSON.parse(await readFile(new URL("runtimes/matrix.json", import.meta.url), "utf8"));

it("README shows the matrix of the runtimes as the last whole run left it", async () => {
  const readme = await readFile(new URL("../README.md", import.meta.url), "utf8");
  expect(withMatrix(readme, await committed())).toBe(readme);
});

it("the matrix has every runtime and every suite, and nothing that failed", async () => {
  const { runtimes, suites } = await committed();
  expect(runtimes.map(({ name }) => name)).toEqual(RUNTIMES.map(({ name }) => name));
  expect(suites.map(({ name }) => name)).toEqual(SUITES.map(({ name }) => name));
  const red = suites.filter(({ cells }) => cells.some((cell, column) => runtimes[column]!.notRun === undefined && !isGreen(cell)));
  expect(red).toEqual([]);
});

it("a runtime that was not run says why, below a column without figures", () => {
  const runtimes = [
    { name: "Here", version: "1.0" },
    { name: "There", version: "", notRun: "nobody has it" },
  ];
  const suites = [
    { name: "all well", cells: [{ passed: 12, failed: 0, skipped: 3 }, "waiting"] },
    { name: "not so", cells: [{ passed: 9, failed: 1, skipped: 0 }, "waiting"] },
    { name: "not there", cells: ["lacking", "waiting"] },
    { name: "no report", cells: ["broken", "waiting"] },
  ] as const;
  const document = withMatrix(`above\n${BEGIN}\nold\n${END}\nbelow\n`, { runtimes, suites });
  expect(document.split("\n")).toEqual([
    "above",
    BEGIN,
    "",
    "|           | Here      | There   |",
    "| --------- | --------- | ------- |",
    "| version   | 1.0       | not run |",
    "| all well  | 12 (3)    |         |",
    "| not so    | ✗ 1 of 10 |         |",
    "| not there | –         |         |",
    "| no report | ✗ broken  |         |",
    "",
    "There was not run: nobody has it.",
    "",
    END,
    "below",
    "",
  ]);
  expect(suites.map(({ cells }) => isGreen(cells[0]))).toEqual([true, false, true, false]);
});
