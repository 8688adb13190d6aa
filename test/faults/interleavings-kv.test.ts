import { interleavingsSuite } from "./interleavings-suite.ts";

interleavingsSuite({ perPair: 20, threes: { choices: 20, schedules: 10 }, exhaustive: false, under: "a KV binding" });
