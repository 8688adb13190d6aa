import type { NativeAccess, NativeParts } from "../native-access.ts";
import { isBusy } from "./busy.ts";
import { isMysqlConnection, isPglite, isPostgresqlClient, mysqlAccess, pgliteAccess, postgresqlAccess } from "./server.ts";
import { isSyncDatabase, sqliteAccess } from "./sqlite.ts";
import type { Database } from "./table.ts";

/** Connections of other kinds (libsql, Cloudflare D1, those over HTTP) can't compare and write: they take the ordered way. */
export async function accessTo(database: Database, table: string, parts: NativeParts): Promise<NativeAccess | undefined> {
  const connection: unknown = await database.getInstance();
  if (database.dialect === "sqlite" && isSyncDatabase(connection)) return sqliteAccess(connection, table, parts);
  if (database.dialect === "mysql" && isMysqlConnection(connection)) return mysqlAccess(database, table, parts);
  if (database.dialect === "postgresql" && isPostgresqlClient(connection)) return postgresqlAccess(database, table, parts);
  if (database.dialect === "postgresql" && isPglite(connection)) return pgliteAccess(connection, database, table, parts);
  if (database.dialect === "sqlite" || database.dialect === "libsql") return { atomic: false, persistent: !(await isInMemory(database)) };
  return undefined;
}

/** As far as the connection tells: servers answer only some pragmas, and keep what they are given. */
async function isInMemory(database: Database): Promise<boolean> {
  try {
    const [main] = (await database.prepare("PRAGMA database_list").all()) as { file?: unknown }[];
    return main?.file === "";
  } catch (error) {
    if (isBusy(error)) throw error;
    return false;
  }
}
