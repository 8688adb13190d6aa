import { MEMORY, UNSTORAGE_MEMORY } from "../model/engines.ts";
import { programsSuite } from "../model/programs-suite.ts";

for (const engine of [MEMORY, UNSTORAGE_MEMORY]) programsSuite(engine, { programs: 2000, seed: 11 });
