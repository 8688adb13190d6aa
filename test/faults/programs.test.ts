import { ATOMIC_FS, INDEXED_DB, MEMORY, UNSTORAGE_MEMORY } from "../model/engines.ts";
import { programsSuite } from "../model/programs-suite.ts";

for (const engine of [MEMORY, UNSTORAGE_MEMORY]) programsSuite(engine, { programs: 40, seed: 1 });
for (const engine of [INDEXED_DB, ATOMIC_FS]) programsSuite(engine, { programs: 10, seed: 2 });
