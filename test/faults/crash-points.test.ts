import { crashPointsSuite } from "./crash-points-suite.ts";

crashPointsSuite({ cutRepairsShort: false });
