import { createDatabase } from "db0";
import mysql2 from "db0/connectors/mysql2";
import { createPool } from "mysql2/promise";
import { createStorage } from "unstorage";
import { expect, it, onTestFinished } from "vitest";
import { createUnstorageTokenStore } from "../../src/backends/unstorage/index.ts";
import { expectCode } from "../conformance/fixture.ts";
import { sqlSuite } from "../conformance/sql-suite.ts";
import { SECRET } from "../conformance/unstorage-fixture.ts";
import { MariadbServer } from "../support/mariadb.ts";
import { failStatements, sqlStorage } from "../support/sql.ts";

let server: MariadbServer;

for (const isolation of ["REPEATABLE READ", "READ COMMITTED"]) {
  sqlSuite({
    name: `MariaDB, ${isolation}`,
    start: async () => {
      server = await MariadbServer.start(`--transaction-isolation=${isolation.replace(" ", "-")}`);
    },
    stop: () => server.dispose(),
    connect: () => sqlStorage(mysql2(server.connection)),
    failProof: async (database) => failStatements(database, (sql) => sql.includes(" AS k,")),
    begin: "START TRANSACTION",
    refuseAccessPointers: "ALTER TABLE unstorage ADD CONSTRAINT refuse CHECK (`key` NOT LIKE 'tokens:x:access:%')",
  });
}

it("works as soon as a server is there that was not when it was first asked", async () => {
  const late = await MariadbServer.create();
  onTestFinished(() => late.dispose());
  const { driver, database } = sqlStorage(mysql2(late.connection));
  const store = createUnstorageTokenStore(createStorage({ driver }), { secret: SECRET });
  await expectCode(store.saveToken({ refreshToken: "r" }), "ERR_STORE_UNAVAILABLE");
  await expectCode(store.findToken({ refreshToken: "r" }), "ERR_STORE_UNAVAILABLE");
  await late.start();
  await store.saveToken({ refreshToken: "r" });
  await store.saveToken({ refreshToken: "r", scope: "s" });
  expect(store.capabilities.atomic).toBe(true);
  await database.dispose();
});

it("goes on after the server was gone, where the connector has a pool", async () => {
  const restarted = await MariadbServer.start();
  onTestFinished(() => restarted.dispose());
  // As the README has it.
  const database = createDatabase(mysql2({ ...restarted.connection, lib: { createConnection: createPool } as never }));
  const { driver } = sqlStorage(database);
  const store = createUnstorageTokenStore(createStorage({ driver }), { secret: SECRET });
  const saves = Array.from({ length: 20 }, (_, number) => store.saveToken({ refreshToken: "r", scope: `scope-${number}` }));
  await Promise.all(saves);
  await restarted.stop();
  await expectCode(store.findToken({ refreshToken: "r" }), "ERR_STORE_UNAVAILABLE");
  await restarted.start();
  expect(await store.saveToken({ refreshToken: "r", scope: "after" })).toMatchObject({ version: 21 });
  expect(store.capabilities.atomic).toBe(true);
  await database.dispose();
});
