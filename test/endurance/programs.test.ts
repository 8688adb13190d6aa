import { ATOMIC_FS, INDEXED_DB, MEMORY, UNSTORAGE_MEMORY } from "../model/engines.ts";
import { programsSuite } from "../model/programs-suite.ts";

for (const engine of [MEMORY, UNSTORAGE_MEMORY, INDEXED_DB]) programsSuite(engine, { programs: 2000, seed: 11 });
programsSuite(ATOMIC_FS, { programs: 400, seed: 12 });
