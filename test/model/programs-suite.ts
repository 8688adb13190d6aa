import fc from "fast-check";
import { expect, it } from "vitest";
import type { Engine } from "../conformance/fixture.ts";
import { anyProgram, anyRotation, programText } from "./program.ts";
import type { Program } from "./program.ts";
import { runProgram } from "./run-program.ts";

interface Programs {
  programs: number;
  seed: number;
  /** How many run at once, each on a store of its own: for an engine that mostly waits. Default 1. */
  atOnce?: number;
}

/** Random programs do on the engine what they do on the model. */
export function programsSuite(engine: Engine, options: Programs): void {
  suite(`random programs on ${engine.name}`, engine, anyProgram, options);
}

/** The same while secrets change, on an engine that takes secrets. */
export function rotationsSuite(engine: Engine, options: Programs): void {
  suite(`random programs with changing secrets on ${engine.name}`, engine, anyRotation, options);
}

function suite(name: string, engine: Engine, arbitrary: fc.Arbitrary<Program>, { programs, seed, atOnce = 1 }: Programs): void {
  it(`${programs} ${name}`, async () => {
    let calls = 0;
    const property = fc.asyncProperty(arbitrary, async (program) => {
      calls += program.calls.length;
      await runProgram(engine, program);
    });
    const row = async (number: number): Promise<number> => {
      const { failed, counterexample, errorInstance, numRuns } = await fc.check(property, {
        numRuns: programs / atOnce,
        seed: seed + number,
      });
      if (failed) throw new Error(`${programText(counterexample![0])}\n${String(errorInstance)}`, { cause: errorInstance });
      return numRuns;
    };
    const runs = await Promise.all(Array.from({ length: atOnce }, (_, number) => row(number)));
    const numRuns = runs.reduce((sum, count) => sum + count, 0);
    console.log(`${numRuns} ${name}, ${calls} calls`);
    expect(numRuns).toBe(programs);
  });
}
