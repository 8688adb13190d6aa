import type { Gap, RunEvent } from "./results.ts";
import type { StartedEngine } from "./place.ts";

/** One row of the table: a driver, and what it ran on. */
export interface DriverEngine {
  readonly id: string;
  /** As the table names it. */
  readonly name: string;
  /** What it ran on. */
  readonly on: string;
  /** Whether a value may lie at `tokens` while others lie below it. */
  readonly nested: boolean;
  readonly gaps: readonly Gap[];
  /** Whether no second process may have the storage open, so that two stores at once are two of one process. */
  readonly oneProcess: boolean;
  load(): Promise<EngineModule>;
}

/** Either an engine for this process, or one that runs everything elsewhere. */
interface EngineModule {
  start?(): Promise<StartedEngine>;
  run?(engine: DriverEngine, report: (event: RunEvent) => void): Promise<void>;
}

const HYGIENE = [
  "of tokens that were deleted one by one nothing is left",
  "of tokens that were deleted at once nothing is left",
  "a token that has changed in every field leaves as much as one that was saved like that",
  "an index entry that two tokens share stays until the second has left it",
].map((name) => `index hygiene: ${name}`);

/** Their values are of 64 KiB and more. */
const HOSTILE = [
  ...["id", "user", "user of a client", "client of a user", "access token", "refresh token", "grant token"].map(
    (field) => `each find their own token by ${field}, and nobody else's`,
  ),
  "come back unchanged in every field, and are deleted one by one",
].map((name) => `102 hostile values: ${name}`);

const LEAKS = "at rest: 200 tokens leave nothing readable in any key or value over their whole life";

function engine(
  id: string,
  name: string,
  on: string,
  load: DriverEngine["load"],
  { nested = true, gaps = [], oneProcess = false }: Partial<Pick<DriverEngine, "nested" | "gaps" | "oneProcess">> = {},
): DriverEngine {
  return { id, name, on, load, nested, gaps, oneProcess };
}

/** All drivers that run here, those that take longest first, so that none is left for the end. */
export const ENGINES: readonly DriverEngine[] = [
  engine("azure-storage-blob", "`azure-storage-blob`", "Azurite 3.33", () => import("./engines/azure.ts")),
  engine("s3", "`s3`", "s3rver 3.7", () => import("./engines/s3.ts")),
  engine("mysql", "`db0`, `mysql2`", "MariaDB", () => import("./engines/mariadb.ts")),
  engine("postgresql", "`db0`, `postgresql`", "PostgreSQL", () => import("./engines/postgresql.ts")),
  engine("cloudflare-kv-http", "`cloudflare-kv-http`", "an imitation of the REST API", () => import("./engines/cloudflare-kv-http.ts")),
  engine("deno-kv-node", "`deno-kv-node`", "`@deno/kv` 0.14, a file", () => import("./engines/deno-kv.ts"), {
    gaps: [{ reason: "refuses tokens of more than some 40 kB", cases: HOSTILE }],
  }),
  engine("pglite", "`db0`, `pglite`", "PGlite 0.5, a folder", () => import("./engines/pglite.ts"), { oneProcess: true }),
  engine("http", "`http`", "unstorage's own server, over memory", () => import("./engines/http.ts")),
  engine("cloudflare-kv-binding", "`cloudflare-kv-binding`", "workerd", () => import("./engines/workerd.ts")),
  engine("cloudflare-r2-binding", "`cloudflare-r2-binding`", "workerd", () => import("./engines/workerd.ts")),
  engine("redis-cluster", "`redis`, cluster", "three redis-servers, ioredis 5, `hashTag`", () => import("./engines/redis-cluster.ts")),
  engine("redis", "`redis`", "redis-server, ioredis 5", () => import("./engines/redis.ts")),
  engine("redis-ioredis-6", "`redis`", "redis-server, ioredis 6", async () => {
    const { replaceIoredis } = await import("./resolve-packages.ts");
    replaceIoredis();
    return import("./engines/redis.ts");
  }),
  engine("indexedb", "`indexedb`", "Chromium", () => import("./engines/chromium.ts")),
  engine("localstorage", "`localstorage`", "Chromium", () => import("./engines/chromium.ts")),
  engine("session-storage", "`session-storage`", "Chromium", () => import("./engines/chromium.ts")),
  engine("atomic-fs", "`atomicFsDriver`, ours", "a folder", () => import("./engines/atomic-fs.ts"), { nested: false }),
  engine("fs", "`fs`", "a folder", () => import("./engines/fs.ts"), { nested: false }),
  engine("fs-lite", "`fs-lite`", "a folder", () => import("./engines/fs-lite.ts"), { nested: false }),
  engine("sqlite", "`db0`, `node-sqlite`", "a file", () => import("./engines/sqlite.ts")),
  engine("overlay", "`overlay`", "`atomicFsDriver` over memory", () => import("./engines/overlay.ts"), {
    nested: false,
    gaps: [{ reason: "leaves a marker under each key that was removed", cases: HYGIENE }],
  }),
  engine("lru-cache", "`lru-cache`", "its defaults", () => import("./engines/lru-cache.ts"), {
    gaps: [{ reason: "drops what was used longest ago", cases: [LEAKS] }],
  }),
  engine("memory", "`memory`", "", () => import("./engines/memory.ts")),
];
