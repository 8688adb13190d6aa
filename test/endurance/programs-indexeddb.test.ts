import { INDEXED_DB } from "../model/engines.ts";
import { programsSuite } from "../model/programs-suite.ts";

programsSuite(INDEXED_DB, { programs: 2000, seed: 11 });
