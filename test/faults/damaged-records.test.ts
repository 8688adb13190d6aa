import { createStorage } from "unstorage";
import memoryDriver from "unstorage/drivers/memory";
import { damagedSuite } from "./damaged-suite.ts";

damagedSuite(async () => createStorage({ driver: memoryDriver() }));
