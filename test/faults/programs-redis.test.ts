import { onRedis } from "../model/on-redis.ts";
import { programsSuite } from "../model/programs-suite.ts";

onRedis((engine) => programsSuite(engine, { programs: 20, seed: 3 }));
