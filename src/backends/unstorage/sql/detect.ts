import type { NativeAccess, NativeParts } from "../native-access.ts";
import { isMysqlConnection, isPostgresqlClient, mysqlAccess, postgresqlAccess } from "./server.ts";
import { isSyncDatabase, sqliteAccess } from "./sqlite.ts";
import { isDatabase, tableOf } from "./table.ts";

/**
 * A `Database` of db0 whose connection can compare and write in one step. Connections of other kinds (libsql,
 * Cloudflare D1, PGlite, those over HTTP) take the ordered way.
 */
export async function detectSql(database: unknown, parts: NativeParts): Promise<NativeAccess | undefined> {
  const table = tableOf(parts.driver);
  if (!isDatabase(database) || table === undefined) return undefined;
  const connection: unknown = await database.getInstance();
  if (database.dialect === "sqlite" && isSyncDatabase(connection)) return sqliteAccess(connection, table, parts);
  if (database.dialect === "mysql" && isMysqlConnection(connection)) return mysqlAccess(database, table, parts);
  if (database.dialect === "postgresql" && isPostgresqlClient(connection)) return postgresqlAccess(database, table, parts);
  return undefined;
}
