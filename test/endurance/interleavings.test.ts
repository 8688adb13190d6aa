import { interleavingsSuite } from "../faults/interleavings-suite.ts";

interleavingsSuite({ perPair: 400, threes: { choices: 200, schedules: 30 }, exhaustive: true });
