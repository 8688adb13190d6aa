import { crashPointsSuite } from "../faults/crash-points-suite.ts";

crashPointsSuite({ cutRepairsShort: true });
