import { interleavingsSuite } from "./interleavings-suite.ts";

interleavingsSuite({ perPair: 10, threes: { choices: 10, schedules: 10 }, exhaustive: false, under: "a KV binding" });
