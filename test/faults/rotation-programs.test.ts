import { ATOMIC_FS, UNSTORAGE_MEMORY } from "../model/engines.ts";
import { rotationsSuite } from "../model/programs-suite.ts";

rotationsSuite(UNSTORAGE_MEMORY, { programs: 30, seed: 4 });
rotationsSuite(ATOMIC_FS, { programs: 4, seed: 5 });
