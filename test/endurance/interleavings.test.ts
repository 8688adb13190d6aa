import { describe } from "vitest";
import { interleavingsSuite } from "../faults/interleavings-suite.ts";

describe("with a driver alone", () => {
  interleavingsSuite({ perPair: 400, threes: { choices: 200, schedules: 30 }, exhaustive: true });
});
describe("with a KV binding", () => {
  interleavingsSuite({ perPair: 200, threes: { choices: 100, schedules: 30 }, exhaustive: true, under: "a KV binding" });
});
