import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import nodeSqlite from "db0/connectors/node-sqlite";
import { tokenStoreSuite } from "../conformance/token-store-suite.ts";
import { unstorageFixture } from "../conformance/unstorage-fixture.ts";
import { dumpTable, sqlStorage } from "../support/sql.ts";

tokenStoreSuite({
  name: "unstorage SQLite file",
  shared: true,
  async create() {
    const directory = await mkdtemp(join(tmpdir(), "ets-sqlite-"));
    const sql = sqlStorage(nodeSqlite({ path: join(directory, "tokens.sqlite") }));
    // Without waiting for the disk: what survives a power cut is not asked here.
    await sql.database.exec("PRAGMA synchronous = OFF");
    const fixture = unstorageFixture(sql.driver, () => dumpTable(sql));
    return {
      ...fixture,
      async dispose() {
        await fixture.dispose();
        await sql.database.dispose();
        await rm(directory, { recursive: true, force: true });
      },
    };
  },
});
