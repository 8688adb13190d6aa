import { join } from "node:path";
import { createDatabase } from "db0";
import type { Database } from "db0";
import nodeSqlite from "db0/connectors/node-sqlite";
import type { StartedEngine } from "../place.ts";
import { folderPlace } from "./folder.ts";
import { dumpTable, sqlDriver } from "./sql.ts";

export async function start(): Promise<StartedEngine> {
  return {
    create: () =>
      folderPlace((folder) => {
        const databases: Database[] = [];
        return {
          driver() {
            const database = createDatabase(nodeSqlite({ path: join(folder, "tokens.sqlite") }));
            databases.push(database);
            return sqlDriver(database);
          },
          dump: () => dumpTable(databases[0]!),
          dispose: async () => void (await Promise.all(databases.map((database) => database.dispose()))),
        };
      }),
    unreachable: async () => sqlDriver(createDatabase(nodeSqlite({ path: "/dev/null/tokens.sqlite" }))),
  };
}
