import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import nodeSqlite from "db0/connectors/node-sqlite";
import { createStorage } from "unstorage";
import { describe, expect, it, vi } from "vitest";
import { createUnstorageTokenStore } from "../../src/backends/unstorage/index.ts";
import type { EdgeTokenStore } from "../../src/index.ts";
import { expectCode } from "../conformance/fixture.ts";
import { sqlSuite } from "../conformance/sql-suite.ts";
import { SECRET } from "../conformance/unstorage-fixture.ts";
import { failStatements, sqlStorage } from "../support/sql.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

let directory = "";

sqlSuite({
  name: "SQLite",
  start: async () => void (directory = await mkdtemp(join(tmpdir(), "ets-sqlite-"))),
  stop: () => rm(directory, { recursive: true, force: true }),
  connect: () => sqlStorage(nodeSqlite({ path: join(directory, "tokens.sqlite") })),
  failProof: async (database) => {
    // The driver reads the register by the same statement, before.
    let reads = 0;
    return failStatements((await database.getInstance()) as DatabaseSync, (sql) => sql.startsWith("SELECT value") && ++reads > 1);
  },
  begin: "BEGIN",
  refuseAccessPointers:
    "CREATE TRIGGER refuse BEFORE INSERT ON unstorage WHEN NEW.key LIKE 'tokens:x:access:%' BEGIN SELECT RAISE(ABORT, 'refused'); END",
});

it("waits while another connection writes, and says so where that takes too long", async () => {
  const path = join(await temporaryDirectory(), "tokens.sqlite");
  const { driver, database } = sqlStorage(nodeSqlite({ path }));
  const store = createUnstorageTokenStore(createStorage({ driver }), { secret: SECRET });
  await store.saveToken({ userName: "ann", clientId: "c", accessToken: "a" });
  const other = new DatabaseSync(path);

  other.exec("BEGIN EXCLUSIVE");
  setTimeout(() => other.exec("COMMIT"), 50);
  expect(await store.saveToken({ userName: "ann", clientId: "c", accessToken: "b" })).toMatchObject({ version: 2 });

  other.exec("BEGIN EXCLUSIVE");
  const { now } = performance;
  let time = 0;
  vi.spyOn(performance, "now").mockImplementation(() => now.call(performance) + (time += 1000));
  await expectCode(store.saveToken({ userName: "ann", clientId: "c", accessToken: "c" }), "ERR_STORE_UNAVAILABLE");
  await expectCode(store.findToken({ userName: "ann" }), "ERR_STORE_UNAVAILABLE");
  vi.restoreAllMocks();
  other.exec("COMMIT");
  expect(await store.saveToken({ userName: "ann", clientId: "c", accessToken: "c" })).toMatchObject({ version: 3 });
  other.close();
  await database.dispose();
});

describe("a database that is locked at the first call", () => {
  /** Two stores of their own, as two processes have them, over a file that another connection has locked. */
  async function locked(lock: string, prepared: boolean) {
    const path = join(await temporaryDirectory(), "tokens.sqlite");
    const connect = () => {
      const { driver, database } = sqlStorage(nodeSqlite({ path }));
      return { database, store: createUnstorageTokenStore(createStorage({ driver }), { secret: SECRET }) };
    };
    const before = connect();
    if (prepared) await before.store.saveToken({ userName: "ann", clientId: "c", refreshToken: "r" });
    await before.database.dispose();
    const other = new DatabaseSync(path);
    other.exec("CREATE TABLE IF NOT EXISTS orders (id INTEGER)");
    other.exec(lock);
    const connections = [connect(), connect()];
    return {
      stores: connections.map(({ store }) => store),
      unlock: () => other.exec("COMMIT"),
      async [Symbol.asyncDispose]() {
        other.close();
        await Promise.all(connections.map(({ database }) => database.dispose()));
      },
    };
  }

  it.each([
    ["has its table, to others' reads", "BEGIN EXCLUSIVE", true],
    ["has no table yet, to others' reads", "BEGIN EXCLUSIVE", false],
    ["has no table yet, to others' writes", "BEGIN IMMEDIATE", false],
  ])("that %s, is waited for, and is compared and written in one step then", async (_name, lock, prepared) => {
    await using database = await locked(lock, prepared);
    setTimeout(() => database.unlock(), 50);
    const token = { userName: "ann", clientId: "c", refreshToken: "r" };
    await Promise.all(database.stores.map((store) => store.findToken(token)));
    await database.stores[0]!.saveToken(token);
    for (let round = 0; round < 10; round++) {
      await Promise.all(database.stores.map((store, number) => store.saveToken({ ...token, accessToken: `${round}-${number}` })));
    }
    expect(database.stores.map((store) => store.capabilities.atomic)).toEqual([true, true]);
    expect(await database.stores[0]!.findToken(token)).toMatchObject({ version: 21 });
  });

  it.each([
    ["BEGIN EXCLUSIVE", true],
    ["BEGIN EXCLUSIVE", false],
    ["BEGIN IMMEDIATE", false],
  ])("for too long, by %s, fails the calls until then and no other: its table is there, %s", async (lock, prepared) => {
    await using database = await locked(lock, prepared);
    const { now } = performance;
    let time = 0;
    vi.spyOn(performance, "now").mockImplementation(() => now.call(performance) + (time += 1000));
    const [store] = database.stores as [EdgeTokenStore];
    await expectCode(store.findToken({ userName: "ann" }), "ERR_STORE_UNAVAILABLE");
    await expectCode(store.saveToken({ userName: "ann", clientId: "c", refreshToken: "r" }), "ERR_STORE_UNAVAILABLE");
    vi.restoreAllMocks();
    database.unlock();
    await store.saveToken({ userName: "ann", clientId: "c", refreshToken: "r2" });
    expect(await store.findToken({ refreshToken: "r2" })).toMatchObject({ version: prepared ? 2 : 1 });
    expect(store.capabilities.atomic).toBe(true);
  });
});

it("a database that is locked between the making of the table and the driver's first look at it serves all the same", async () => {
  const path = join(await temporaryDirectory(), "tokens.sqlite");
  const { driver, database } = sqlStorage(nodeSqlite({ path }));
  const other = new DatabaseSync(path);
  const { prepare } = database;
  vi.spyOn(database, "prepare").mockImplementation((sql) => {
    const statement = prepare(sql);
    if (!sql.startsWith("CREATE")) return statement;
    const run: typeof statement.run = async (...params) => {
      const result = await statement.run(...params);
      other.exec("BEGIN EXCLUSIVE");
      setTimeout(() => other.exec("COMMIT"), 50);
      return result;
    };
    return Object.assign(Object.create(statement), { run });
  });
  const store = createUnstorageTokenStore(createStorage({ driver }), { secret: SECRET });
  expect(await store.saveToken({ refreshToken: "r" })).toMatchObject({ version: 1 });
  expect(driver.options).toMatchObject({ database });
  expect(await store.saveToken({ refreshToken: "r", scope: "s" })).toMatchObject({ version: 2 });
  other.close();
  await database.dispose();
});

it.each(["null", "undefined", " NULL\n"])("a row that the driver reads as none, %j, is no obstacle to the next save", async (text) => {
  const { driver, database } = sqlStorage(nodeSqlite({ name: ":memory:" }));
  const store = createUnstorageTokenStore(createStorage({ driver }), { secret: SECRET, memo: 0 });
  const token = { userName: "ann", clientId: "c", refreshToken: "r" };
  const { id } = await store.saveToken(token);
  await database.prepare("UPDATE unstorage SET value = ? WHERE value LIKE '%body%' AND key <> 'tokens:r:keys'").run(text);
  expect(await store.findTokenById(id)).toBeNull();
  expect(await store.saveToken(token)).toMatchObject({ id, version: 1 });
  expect(await store.findToken({ refreshToken: "r" })).toMatchObject({ id });
  await database.dispose();
});

it("a table that went, with the application's transaction or otherwise, is made again once a call has failed for it", async () => {
  const path = join(await temporaryDirectory(), "tokens.sqlite");
  const { driver, database } = sqlStorage(nodeSqlite({ path }));
  const store = createUnstorageTokenStore(createStorage({ driver }), { secret: SECRET });
  const token = { userName: "ann", clientId: "c", refreshToken: "r" };
  await database.exec("BEGIN");
  await store.saveToken(token);
  for (const loss of ["ROLLBACK", "DROP TABLE unstorage"]) {
    await database.exec(loss);
    await expectCode(store.findToken(token), "ERR_STORE_UNAVAILABLE");
    expect(await store.findToken(token)).toBeNull();
    expect(await store.saveToken(token)).toMatchObject({ version: 1 });
    const other = sqlStorage(nodeSqlite({ path }));
    const elsewhere = createUnstorageTokenStore(createStorage({ driver: other.driver }), { secret: SECRET });
    expect(await elsewhere.saveToken({ ...token, scope: "s" })).toMatchObject({ version: 2 });
    expect(await store.saveToken({ ...token, accessToken: "a" })).toMatchObject({ version: 3, scope: "s" });
    expect(elsewhere.capabilities.atomic).toBe(true);
    await other.database.dispose();
  }
  await database.dispose();
});

it("writes over no record whose index entries somebody has edited since it was remembered", async () => {
  const path = join(await temporaryDirectory(), "tokens.sqlite");
  const { driver, database } = sqlStorage(nodeSqlite({ path }));
  const store = createUnstorageTokenStore(createStorage({ driver }), { secret: SECRET });
  const { id } = await store.saveToken({ userName: "ann", clientId: "c", accessToken: "a" });
  const other = new DatabaseSync(path);
  const edited =
    "UPDATE unstorage SET value = json_remove(value, '$.index.access') WHERE json_extract(value, '$.index.access') IS NOT NULL";
  expect(other.prepare(edited).run().changes).toBe(1);
  await expectCode(store.saveToken({ id, accessToken: "b" }), "ERR_RECORD_CORRUPT");
  other.close();
  await database.dispose();
});
