import type { Driver } from "unstorage";
import { StoreUnavailableError } from "../../../errors.ts";
import { whileBusy } from "./busy.ts";
import type { Database } from "./table.ts";

/** What JSON is full of, and what a connector may escape otherwise than its server undoes it. */
const PROBE = '"\\';

const TEXT_TIMES = "created_at TEXT DEFAULT CURRENT_TIMESTAMP, updated_at TEXT DEFAULT CURRENT_TIMESTAMP";
const SQLITE = `key TEXT PRIMARY KEY, value TEXT, blob BLOB, ${TEXT_TIMES}`;

/** By the dialect, as unstorage's driver makes them. */
const COLUMNS: Readonly<Record<string, string>> = {
  sqlite: SQLITE,
  libsql: SQLITE,
  postgresql:
    "key VARCHAR(255) NOT NULL PRIMARY KEY, value TEXT, blob BYTEA, " +
    "created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP, updated_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP",
  mysql:
    "`key` VARCHAR(255) NOT NULL PRIMARY KEY, `value` LONGTEXT, `blob` BLOB, " +
    "created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP, updated_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP",
};

/**
 * PostgreSQL where another connection makes the table at once, `IF NOT EXISTS` or not: unique_violation, duplicate_table,
 * duplicate_object. https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
const MADE_MEANWHILE: readonly unknown[] = ["23505", "42P07", "42710"];

export async function setUpTable(driver: Driver, database: Database, table: string): Promise<void> {
  await assertKeepsText(database);
  await makeTable(database, table);
  await settleDriver(driver, database);
}

async function assertKeepsText(database: Database): Promise<void> {
  const [row] = (await database.prepare("SELECT ? AS one").all(PROBE)) as { one?: unknown }[];
  if (row?.one === PROBE) return;
  throw new StoreUnavailableError(
    "The SQL connection does not give back a text as it was sent, so no token could be read again. " +
      "On MySQL take NO_BACKSLASH_ESCAPES out of the connection's sql_mode; give the connection no rowsAsArray.",
  );
}

export async function makeTable(database: Database, table: string): Promise<void> {
  const columns = COLUMNS[database.dialect];
  // Of another dialect the driver itself says that it does not know it.
  if (columns === undefined) return;
  const make = (): Promise<unknown> => database.prepare(`CREATE TABLE IF NOT EXISTS ${table} (${columns})`).run();
  try {
    await make();
  } catch (error) {
    if (!MADE_MEANWHILE.includes((error as { code?: unknown } | null)?.code)) throw error;
    await make();
  }
}

/**
 * Has the driver see that its table is there. SQLite may be locked again by now, and that must not be the failure that the
 * driver keeps: as it asks, within its call, it meets a database that waits.
 */
async function settleDriver(driver: Driver, database: Database): Promise<void> {
  if (COLUMNS[database.dialect] !== SQLITE) return;
  const options = driver.options as { database: Database };
  let settled: unknown;
  try {
    options.database = { ...database, sql: (...statement) => whileBusy(() => database.sql(...statement)) };
    settled = driver.hasItem("", {});
  } finally {
    options.database = database;
  }
  await settled;
}
