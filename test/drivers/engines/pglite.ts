import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PGlite } from "@electric-sql/pglite";
import { createDatabase } from "db0";
import type { Database } from "db0";
import pglite from "db0/connectors/pglite";
import type { StartedEngine } from "../place.ts";
import { dumpTable, sqlDriver } from "./sql.ts";

/** One database for the whole run, since one takes a second to be made; only one process may have it open. */
export async function start(): Promise<StartedEngine> {
  const folder = await mkdtemp(join(tmpdir(), "ets-pglite-"));
  const connect = (): Database => createDatabase(pglite({ dataDir: join(folder, "data"), lib: { PGlite } }));
  let database = connect();
  return {
    async create() {
      await database.exec("DROP TABLE IF EXISTS unstorage");
      return {
        driver: () => sqlDriver(database),
        async reopened() {
          await database.dispose();
          database = connect();
          return sqlDriver(database);
        },
        dump: () => dumpTable(database),
      };
    },
    async unreachable() {
      const closed = createDatabase(pglite({ lib: { PGlite } }));
      await ((await closed.getInstance()) as PGlite).close();
      return sqlDriver(closed);
    },
    async stop() {
      await database.dispose();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
