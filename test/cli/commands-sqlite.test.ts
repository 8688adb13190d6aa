import { join } from "node:path";
import { createDatabase } from "db0";
import nodeSqlite from "db0/connectors/node-sqlite";
import db0Driver from "unstorage/drivers/db0";
import { fillStore } from "../support/fill-store.ts";
import { cliSuite } from "./commands-suite.ts";

cliSuite("SQLite", async (directory) => ({
  address: `sqlite:${join(directory, "tokens.sqlite")}`,
  options: ["--store-table", "tokens"],
  save: async (tokens) => {
    const database = createDatabase(nodeSqlite({ path: join(directory, "tokens.sqlite") }));
    await fillStore(db0Driver({ database, tableName: "tokens" }), tokens);
    await database.dispose();
  },
  dispose: () => Promise.resolve(),
}));
