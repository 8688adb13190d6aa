import type { Driver } from "unstorage";
import { isDatabase, tableOf } from "./table.ts";

/**
 * unstorage's db0 driver keeps a first failure for ever, since it keeps the set-up of its table. So it is not
 * called before the database has answered and has the table.
 */
export async function setUp(driver: Driver): Promise<void> {
  const { database } = (driver.options ?? {}) as { database?: unknown };
  const table = tableOf(driver);
  // Loaded only where there is one: a page or a Worker on another storage has no use for it.
  if (isDatabase(database) && table !== undefined) await (await import("./set-up.ts")).setUpTable(driver, database, table);
}
