import { ATOMIC_FS } from "../model/engines.ts";
import { rotationsSuite } from "../model/programs-suite.ts";

rotationsSuite(ATOMIC_FS, { programs: 400, seed: 15, atOnce: 4 });
