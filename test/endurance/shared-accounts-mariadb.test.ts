import mysql2 from "db0/connectors/mysql2";
import { createStorage } from "unstorage";
import { expect, it, onTestFinished } from "vitest";
import { MariadbServer } from "../support/mariadb.ts";
import { expectExact, saveInProcess } from "../support/saving-processes.ts";
import { sqlStorage } from "../support/sql.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

const PROCESSES = 4;
const SAVES_EACH = 500;
const ACCOUNTS = 20;

it("adds up the saves of four processes on one MariaDB", async () => {
  const server = await MariadbServer.start();
  onTestFinished(() => server.dispose());
  const saving = {
    engine: "mysql",
    target: JSON.stringify(server.connection),
    accounts: ACCOUNTS,
    cache: await temporaryDirectory(),
  } as const;
  const saved = (await Promise.all(Array.from({ length: PROCESSES }, () => saveInProcess(saving, SAVES_EACH)))).flat();
  console.log(`mysql: ${PROCESSES} processes made ${saved.length} saves on ${ACCOUNTS} shared accounts`);
  expect(saved).toHaveLength(PROCESSES * SAVES_EACH);
  const { driver, database } = sqlStorage(mysql2(server.connection));
  await expectExact(createStorage({ driver }), saved, ACCOUNTS);
  await database.dispose();
});
