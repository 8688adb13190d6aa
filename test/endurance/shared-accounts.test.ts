import { join } from "node:path";
import nodeSqlite from "db0/connectors/node-sqlite";
import { createStorage } from "unstorage";
import { expect, it } from "vitest";
import { atomicFsDriver } from "../../src/backends/unstorage/atomic-fs/index.ts";
import { expectExact, saveInProcess } from "../support/saving-processes.ts";
import type { Saved, Saving } from "../support/saving-processes.ts";
import { sqlStorage } from "../support/sql.ts";
import { temporaryDirectory, temporaryFiles } from "../support/temporary-directory.ts";

const PROCESSES = 8;
const ACCOUNTS = 20;

async function saveInAll(saving: Saving, savesEach: number): Promise<Saved[]> {
  const start = performance.now();
  const saved = (await Promise.all(Array.from({ length: PROCESSES }, () => saveInProcess(saving, savesEach)))).flat();
  const seconds = (performance.now() - start) / 1000;
  console.log(
    `${saving.engine}: ${PROCESSES} processes made ${saved.length} saves on ${saving.accounts} shared accounts in ${seconds.toFixed(1)} s`,
  );
  expect(saved).toHaveLength(PROCESSES * savesEach);
  return saved;
}

it("adds up the saves of eight processes on one folder", async () => {
  const base = await temporaryDirectory();
  const saved = await saveInAll({ engine: "fs", target: base, accounts: ACCOUNTS, cache: await temporaryDirectory() }, 2000);
  expect(await temporaryFiles(base)).toEqual([]);
  await expectExact(createStorage({ driver: atomicFsDriver({ base }) }), saved, ACCOUNTS);
});

it("adds up the saves of eight processes on one SQLite file", async () => {
  const path = join(await temporaryDirectory(), "tokens.sqlite");
  const { driver, database } = sqlStorage(nodeSqlite({ path }));
  await database.exec("PRAGMA journal_mode = WAL");
  const saved = await saveInAll({ engine: "sqlite", target: path, accounts: ACCOUNTS, cache: await temporaryDirectory() }, 500);
  await expectExact(createStorage({ driver }), saved, ACCOUNTS);
  await database.dispose();
});
