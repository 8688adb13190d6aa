import mysql2 from "db0/connectors/mysql2";
import { createStorage } from "unstorage";
import { expect, it, onTestFinished } from "vitest";
import { createUnstorageTokenStore } from "../../src/backends/unstorage/index.ts";
import type { EdgeTokenStore } from "../../src/index.ts";
import { MariadbServer } from "../support/mariadb.ts";
import { allRows, sqlStorage } from "../support/sql.ts";
import type { SqlStorage } from "../support/sql.ts";

const TOKEN = { userName: 'ann\'s "own" \\ name', clientId: "c", refreshToken: "r" };

async function openOn(mode: string): Promise<SqlStorage & { store: EdgeTokenStore }> {
  const server = await MariadbServer.start(`--sql-mode=${mode}`);
  const sql = sqlStorage(mysql2(server.connection));
  onTestFinished(async () => {
    await sql.database.dispose();
    await server.dispose();
  });
  return { ...sql, store: createUnstorageTokenStore(createStorage({ driver: sql.driver }), { secret: false }) };
}

it("NO_BACKSLASH_ESCAPES is refused before anything is written: mysql2 would change every record", async () => {
  const { store, database } = await openOn("NO_BACKSLASH_ESCAPES");
  const failure = { code: "ERR_STORE_UNAVAILABLE", message: expect.stringContaining("NO_BACKSLASH_ESCAPES") };
  await expect(store.saveToken(TOKEN)).rejects.toMatchObject(failure);
  await expect(store.findToken(TOKEN)).rejects.toMatchObject(failure);
  expect(await allRows(database, "SHOW TABLES")).toEqual([]);
  await database.exec("SET SESSION sql_mode = ''");
  await store.saveToken(TOKEN);
  expect(await store.findToken(TOKEN)).toMatchObject(TOKEN);
});

it("ANSI keeps every text as it is", async () => {
  const { store } = await openOn("ANSI");
  await store.saveToken(TOKEN);
  await store.saveToken({ ...TOKEN, accessToken: "a" });
  expect(await store.findToken({ accessToken: "a" })).toMatchObject({ ...TOKEN, version: 2 });
});
