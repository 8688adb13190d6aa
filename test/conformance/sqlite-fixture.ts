import type { Connector } from "db0";
import type { TokenStoreFixture } from "../../src/testing/index.ts";
import { dumpTable, sqlStorage } from "../support/sql.ts";
import type { SqlStorage } from "../support/sql.ts";
import { unstorageFixture } from "./unstorage-fixture.ts";

/** Stores over one SQLite database, which goes with the fixture. */
export async function sqliteFixture(connector: Connector, prepare?: (sql: SqlStorage) => Promise<unknown>): Promise<TokenStoreFixture> {
  const sql = sqlStorage(connector);
  await prepare?.(sql);
  const fixture = unstorageFixture(sql.driver, () => dumpTable(sql));
  return {
    ...fixture,
    async dispose() {
      await fixture.dispose?.();
      await sql.database.dispose();
    },
  };
}
