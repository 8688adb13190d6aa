import { expect, it } from "vitest";
import { BARS, judge } from "../bench/bars.ts";
import type { Judgement } from "../bench/bars.ts";
import { readResult, valueOf } from "../bench/lib/results.ts";
import { documents } from "../bench/readme.ts";

it("the documents tell the figures that the benchmark has written: run node bench/readme.ts where they do not", async () => {
  for (const { is, shouldBe } of await documents()) expect(is).toBe(shouldBe);
});

it("every bar is judged by the committed results", () => {
  const judgements = judge(valueOf);
  expect(judgements.filter(({ measured }) => measured === null)).toEqual([]);
  expect(judgements).toHaveLength(BARS.length);
  expect(readResult<Judgement[]>("bars")).toEqual(judgements);
});
