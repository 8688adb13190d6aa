import mysql2 from "db0/connectors/mysql2";
import { tableNameSuite } from "../support/table-name-suite.ts";
import { MariadbServer } from "../support/mariadb.ts";

tableNameSuite("MariaDB", async () => {
  const server = await MariadbServer.start();
  return { connect: () => mysql2(server.connection), dispose: () => server.dispose() };
});
