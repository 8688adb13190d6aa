import { interleavingsSuite } from "./interleavings-suite.ts";

interleavingsSuite({ perPair: 15, threes: { choices: 15, schedules: 10 }, exhaustive: false });
