import { createDatabase } from "db0";
import postgresql from "db0/connectors/postgresql";
import { freePort } from "../../support/free-port.ts";
import { PostgresqlServer } from "../../support/postgresql.ts";
import type { StartedEngine } from "../place.ts";
import { sqlDriver, tablePlace } from "./sql.ts";

export async function start(): Promise<StartedEngine> {
  const server = await PostgresqlServer.start();
  return {
    create: () => tablePlace(() => postgresql({ url: server.url })),
    unreachable: async () => sqlDriver(createDatabase(postgresql({ url: `postgresql://postgres@127.0.0.1:${await freePort()}/postgres` }))),
    stop: async () => server.dispose(),
  };
}
