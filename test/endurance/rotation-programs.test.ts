import { UNSTORAGE_MEMORY } from "../model/engines.ts";
import { rotationsSuite } from "../model/programs-suite.ts";

rotationsSuite(UNSTORAGE_MEMORY, { programs: 2000, seed: 14 });
