import fc from "fast-check";
import { expect, it } from "vitest";
import type { Engine } from "../conformance/fixture.ts";
import { anyProgram, programText } from "./program.ts";
import { runProgram } from "./run-program.ts";

/** Random programs do on the engine what they do on the model. */
export function programsSuite(engine: Engine, { programs, seed }: { programs: number; seed: number }): void {
  it(`${programs} random programs on ${engine.name}`, async () => {
    let calls = 0;
    const property = fc.asyncProperty(anyProgram, async (program) => {
      calls += program.calls.length;
      await runProgram(engine, program);
    });
    const { failed, counterexample, errorInstance, numRuns } = await fc.check(property, { numRuns: programs, seed });
    if (failed) throw new Error(`${programText(counterexample![0])}\n${String(errorInstance)}`, { cause: errorInstance });
    console.log(`${engine.name}: ${numRuns} random programs, ${calls} calls`);
    expect(numRuns).toBe(programs);
  });
}
