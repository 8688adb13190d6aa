// Run as a process of its own: node saving-process.ts <fs|sqlite|mysql> <target> <accounts> <how many saves>
import { createStorage } from "unstorage";
import type { Driver } from "unstorage";
import type { Connector } from "db0";
import { createUnstorageTokenStore } from "../../src/backends/unstorage/index.ts";
import { CLIENT, saveAtLast, userOf, WRITER_SECRET } from "./accounts.ts";

const [engine, target = "", accounts, count] = process.argv.slice(2);

// Only what is needed is loaded: hundreds of these processes are started.
async function openDriver(): Promise<Driver> {
  if (engine === "fs") {
    const { atomicFsDriver } = await import("../../src/backends/unstorage/atomic-fs/index.ts");
    return atomicFsDriver({ base: target });
  }
  const [{ createDatabase }, { default: db0Driver }] = await Promise.all([import("db0"), import("unstorage/drivers/db0")]);
  const database = createDatabase(await openConnector());
  // As the README has it for several processes.
  if (engine === "sqlite") await database.exec("PRAGMA busy_timeout = 5000");
  // The experimental driver says so on the console.
  console.warn = () => {};
  return db0Driver({ database }) as Driver;
}

async function openConnector(): Promise<Connector> {
  if (engine === "mysql") return (await import("db0/connectors/mysql2")).default(JSON.parse(target));
  return (await import("db0/connectors/node-sqlite")).default({ path: target });
}

const store = createUnstorageTokenStore(createStorage({ driver: await openDriver() }), { secret: WRITER_SECRET });
for (let number = 0; number < Number(count); number++) {
  const account = Math.floor(Math.random() * Number(accounts));
  const accessToken = `${process.pid}-${number}-${Math.random()}`;
  const { version } = await saveAtLast(store, { userName: userOf(account), clientId: CLIENT, accessToken });
  // Waited for: when nobody reads for a while, what is written stays in this process, and would die with it.
  await new Promise((resolve) => process.stdout.write(`${account} ${version} ${accessToken}\n`, resolve));
}
// A connection would keep the process running.
process.exit();
