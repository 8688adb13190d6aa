import { createDatabase } from "db0";
import type { Connector, Database } from "db0";
import type { Driver } from "unstorage";
import db0Driver from "unstorage/drivers/db0";
import type { Place } from "../place.ts";

// The driver says once that it is experimental.
Object.assign(globalThis, { __unstorage_db0_experimental_warning__: true });

export function sqlDriver(database: Database): Driver {
  return db0Driver({ database }) as Driver;
}

/** The driver's table on a server that all places share. */
export async function tablePlace(connect: () => Connector): Promise<Place> {
  const databases = [createDatabase(connect())];
  const database = databases[0]!;
  await database.exec("DROP TABLE IF EXISTS unstorage");
  return {
    driver: () => sqlDriver(databases[databases.push(createDatabase(connect())) - 1]!),
    dump: () => dumpTable(database),
    dispose: async () => void (await Promise.all(databases.map((one) => one.dispose()))),
  };
}

/** Every key and every value of the table. */
export async function dumpTable(database: Database): Promise<Uint8Array[]> {
  const rows = (await database.prepare("SELECT * FROM unstorage").all()) as object[];
  return rows.map((row) => new TextEncoder().encode(JSON.stringify(row)));
}
