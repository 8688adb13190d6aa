import postgresql from "db0/connectors/postgresql";
import { afterAll, beforeAll } from "vitest";
import { tokenStoreSuite } from "../conformance/token-store-suite.ts";
import { unstorageFixture } from "../conformance/unstorage-fixture.ts";
import { PostgresqlServer } from "../support/postgresql.ts";
import { dumpTable, sqlStorage } from "../support/sql.ts";

let server: PostgresqlServer;
beforeAll(async () => {
  server = await PostgresqlServer.start();
});
afterAll(() => server.dispose());

tokenStoreSuite({
  name: "unstorage PostgreSQL",
  shared: true,
  async create() {
    const sql = sqlStorage(postgresql({ url: server.url }));
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
