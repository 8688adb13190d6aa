import { crashPointsSuite } from "../faults/crash-points-suite.ts";

crashPointsSuite({ cutRepairsShort: true });
crashPointsSuite({ cutRepairsShort: false, under: "a KV binding" });
