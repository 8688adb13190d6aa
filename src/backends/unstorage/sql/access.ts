import type { NativeAccess, NativeParts } from "../native-access.ts";
import { isMysqlConnection, isPglite, isPostgresqlClient, mysqlAccess, pgliteAccess, postgresqlAccess } from "./server.ts";
import { isSyncDatabase, sqliteAccess } from "./sqlite.ts";
import type { Database } from "./table.ts";

/** Connections of other kinds (libsql, Cloudflare D1, those over HTTP) have none: they take the ordered way. */
export async function accessTo(database: Database, table: string, parts: NativeParts): Promise<NativeAccess | undefined> {
  const connection: unknown = await database.getInstance();
  if (database.dialect === "sqlite" && isSyncDatabase(connection)) return sqliteAccess(connection, table, parts);
  if (database.dialect === "mysql" && isMysqlConnection(connection)) return mysqlAccess(database, table, parts);
  if (database.dialect === "postgresql" && isPostgresqlClient(connection)) return postgresqlAccess(database, table, parts);
  if (database.dialect === "postgresql" && isPglite(connection)) return pgliteAccess(connection, database, table, parts);
  return undefined;
}
