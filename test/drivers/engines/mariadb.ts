import mysql2 from "db0/connectors/mysql2";
import { createDatabase } from "db0";
import { freePort } from "../../support/free-port.ts";
import { MariadbServer } from "../../support/mariadb.ts";
import type { StartedEngine } from "../place.ts";
import { sqlDriver, tablePlace } from "./sql.ts";

export async function start(): Promise<StartedEngine> {
  const server = await MariadbServer.start();
  return {
    create: () => tablePlace(() => mysql2(server.connection)),
    unreachable: async () => sqlDriver(createDatabase(mysql2({ ...server.connection, port: await freePort() }))),
    stop: () => server.dispose(),
  };
}
