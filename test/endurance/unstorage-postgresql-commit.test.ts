import postgresql from "db0/connectors/postgresql";
import { sqlSuite } from "../conformance/sql-suite.ts";
import { PostgresqlServer } from "../support/postgresql.ts";
import { failStatements, sqlStorage } from "../support/sql.ts";

let server: PostgresqlServer;

sqlSuite({
  name: "PostgreSQL",
  start: async () => {
    server = await PostgresqlServer.start();
  },
  stop: async () => server.dispose(),
  connect: () => sqlStorage(postgresql({ url: server.url })),
  failProof: async (database) => failStatements(database, (sql) => sql.includes(" AS k,")),
  begin: "BEGIN",
  refuseAccessPointers: "ALTER TABLE unstorage ADD CONSTRAINT refuse CHECK (key NOT LIKE 'tokens:x:access:%')",
});
