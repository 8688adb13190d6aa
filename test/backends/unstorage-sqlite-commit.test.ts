import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import nodeSqlite from "db0/connectors/node-sqlite";
import { createStorage } from "unstorage";
import { expect, it, vi } from "vitest";
import { createUnstorageTokenStore } from "../../src/backends/unstorage/index.ts";
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
