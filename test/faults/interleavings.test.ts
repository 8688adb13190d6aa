import { interleavingsSuite } from "./interleavings-suite.ts";

interleavingsSuite({ perPair: 30, threes: { choices: 30, schedules: 10 }, exhaustive: false });
