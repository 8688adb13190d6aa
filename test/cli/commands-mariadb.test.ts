import { createDatabase } from "db0";
import mysql from "db0/connectors/mysql2";
import db0Driver from "unstorage/drivers/db0";
import { expect, it } from "vitest";
import { fillStore } from "../support/fill-store.ts";
import { MariadbServer } from "../support/mariadb.ts";
import { runHere } from "../support/cli-run.ts";
import { SECRET } from "../conformance/unstorage-fixture.ts";
import { cliSuite } from "./commands-suite.ts";

it("makes no table in a database of something else", async () => {
  const server = await MariadbServer.start();
  const database = createDatabase(mysql(server.connection));
  await database.exec("CREATE TABLE orders (id INTEGER)");
  const env = { STORE: server.url, TOKEN_SECRET: SECRET };
  for (const options of [[], ["--store-table", "tokens"]]) {
    const outcome = await runHere(["list", "env:STORE", ...options], { env });
    expect(outcome).toMatchObject({ code: 1, out: "", err: expect.stringContaining("There is no store at") });
  }
  expect(await database.prepare("SHOW TABLES").all()).toHaveLength(1);
  await database.dispose();
  await server.dispose();
});

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
