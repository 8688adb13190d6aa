import nodeSqlite from "db0/connectors/node-sqlite";
import { tokenStoreSuite } from "../conformance/token-store-suite.ts";
import { unstorageFixture } from "../conformance/unstorage-fixture.ts";
import { dumpTable, sqlStorage } from "../support/sql.ts";

tokenStoreSuite({
  name: "unstorage SQLite in memory",
  shared: true,
  async create() {
    const sql = sqlStorage(nodeSqlite({ name: ":memory:" }));
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
