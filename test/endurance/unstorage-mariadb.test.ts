import mysql2 from "db0/connectors/mysql2";
import { afterAll, beforeAll } from "vitest";
import { tokenStoreSuite } from "../conformance/token-store-suite.ts";
import { unstorageFixture } from "../conformance/unstorage-fixture.ts";
import { MariadbServer } from "../support/mariadb.ts";
import { dumpTable, sqlStorage } from "../support/sql.ts";

let server: MariadbServer;
beforeAll(async () => {
  server = await MariadbServer.start();
});
afterAll(() => server.dispose());

tokenStoreSuite({
  name: "unstorage MariaDB",
  shared: true,
  async create() {
    const sql = sqlStorage(mysql2(server.connection));
    await sql.database.exec("DROP TABLE IF EXISTS unstorage");
    const fixture = unstorageFixture(sql.driver, () => dumpTable(sql));
    return {
      ...fixture,
      async dispose() {
        await fixture.dispose();
        await sql.database.dispose();
      },
    };
  },
});
