import { onRedis } from "../model/on-redis.ts";
import { rotationsSuite } from "../model/programs-suite.ts";

onRedis((engine) => rotationsSuite(engine, { programs: 10, seed: 5 }));
