import { ATOMIC_FS } from "../model/engines.ts";
import { programsSuite } from "../model/programs-suite.ts";

programsSuite(ATOMIC_FS, { programs: 2000, seed: 12, atOnce: 4 });
