import { interleavingsSuite } from "../faults/interleavings-suite.ts";

interleavingsSuite({ perPair: 400, threes: { choices: 200, schedules: 30 }, exhaustive: true });
interleavingsSuite({ perPair: 200, threes: { choices: 100, schedules: 30 }, exhaustive: true, under: "a KV binding" });
