import postgresql from "db0/connectors/postgresql";
import { tableNameSuite } from "../support/table-name-suite.ts";
import { PostgresqlServer } from "../support/postgresql.ts";

tableNameSuite("PostgreSQL", async () => {
  const server = await PostgresqlServer.start();
  return { connect: () => postgresql({ url: server.url }), dispose: async () => server.dispose() };
});
