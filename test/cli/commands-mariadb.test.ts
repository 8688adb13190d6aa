import { createDatabase } from "db0";
import mysql from "db0/connectors/mysql2";
import db0Driver from "unstorage/drivers/db0";
import { fillStore } from "../support/fill-store.ts";
import { MariadbServer } from "../support/mariadb.ts";
import { cliSuite } from "./commands-suite.ts";

cliSuite("MariaDB", async () => {
  const server = await MariadbServer.start();
  return {
    address: "env:STORE",
    env: { STORE: server.url },
    save: async (tokens) => {
      const database = createDatabase(mysql(server.connection));
      await fillStore(db0Driver({ database }), tokens);
      await database.dispose();
    },
    dispose: () => server.dispose(),
  };
});
