import { createDatabase } from "db0";
import type { Connector } from "db0";
import nodeSqlite from "db0/connectors/node-sqlite";
import { createStorage } from "unstorage";
import { describe, expect, it } from "vitest";
import { createUnstorageTokenStore } from "../../src/backends/unstorage/index.ts";
import { makeTable } from "../../src/backends/unstorage/sql/set-up.ts";
import { SECRET } from "../conformance/unstorage-fixture.ts";
import { sqlStorage } from "../support/sql.ts";

/** A database that only writes down what it is to run. */
function recorder(dialect: Connector["dialect"]) {
  const statements: string[] = [];
  const prepare = (sql: string) => {
    statements.push(sql.replaceAll(/\s+/g, " ").replaceAll(/\( | \)|;$/g, (match) => match.trim().replace(";", "")));
    return { all: async () => [], run: async () => ({ success: true }) };
  };
  const database = createDatabase({ name: "recorder", dialect, getInstance: () => ({}), exec: () => ({}), prepare } as never);
  return { database, statements };
}

describe("the table", () => {
  it.each(["sqlite", "libsql", "postgresql", "mysql"] as const)("is made as the driver makes it: %s", async (dialect) => {
    const { database, statements } = recorder(dialect);
    await makeTable(database, "unstorage");
    const own = sqlStorage(database).driver;
    await own.hasItem("key", {});
    expect(statements[0]).toMatch(/^CREATE TABLE/);
    expect(statements[1]).toBe(statements[0]);
  });

  it("is made by the driver alone where the dialect is one that this library does not know", async () => {
    const { database, statements } = recorder("oracle" as never);
    await makeTable(database, "unstorage");
    expect(statements).toEqual([]);
  });

  it.each(["23505", "42P07", "42710"])("that another connection makes at once is there then: %s", async (code) => {
    let failures = 1;
    const run = async () => {
      if (failures-- > 0) throw Object.assign(new Error("made meanwhile"), { code });
    };
    await makeTable({ ...recorder("postgresql").database, prepare: () => ({ all: run, run }) }, "unstorage");
    expect(failures).toBe(-1);
    failures = 2;
    const twice = makeTable({ ...recorder("postgresql").database, prepare: () => ({ all: run, run }) }, "unstorage");
    await expect(twice).rejects.toThrow("made meanwhile");
  });
});

it("what does not come back as it was sent is told before anything is written", async () => {
  const { driver, database } = sqlStorage(nodeSqlite({ name: ":memory:" }));
  const { prepare } = database;
  // As mysql2 has it with rowsAsArray.
  const all = (sql: string) => {
    const statement = prepare(sql);
    return {
      run: (...params: never[]) => statement.run(...params),
      all: async (...params: never[]) => ((await statement.all(...params)) as object[]).map((row) => Object.values(row)),
    };
  };
  Object.assign(database, { prepare: all });
  const store = createUnstorageTokenStore(createStorage({ driver }), { secret: SECRET });
  const failure = { code: "ERR_STORE_UNAVAILABLE", message: expect.stringContaining("rowsAsArray") };
  await expect(store.findToken({ refreshToken: "r" })).rejects.toMatchObject(failure);
  await expect(store.saveToken({ refreshToken: "r" })).rejects.toMatchObject(failure);
  expect(await prepare("SELECT name FROM sqlite_schema").all()).toEqual([]);
  Object.assign(database, { prepare });
  expect(await store.saveToken({ refreshToken: "r" })).toMatchObject({ version: 1 });
  await database.dispose();
});
