import { ATOMIC_FS, INDEXED_DB, MEMORY, UNSTORAGE_MEMORY } from "../model/engines.ts";
import { programsSuite } from "../model/programs-suite.ts";

for (const engine of [MEMORY, UNSTORAGE_MEMORY, INDEXED_DB, ATOMIC_FS]) programsSuite(engine, { programs: 2000, seed: 11 });
