import type { NativeAccess, NativeParts } from "../native-access.ts";
import { isDatabase, tableOf } from "./table.ts";

/** A `Database` of db0 whose connection can compare and write in one step. */
export async function detectSql(database: unknown, parts: NativeParts): Promise<NativeAccess | undefined> {
  const table = tableOf(parts.driver);
  if (!isDatabase(database) || table === undefined) return undefined;
  // Loaded only where there is one: a Worker on another storage has no use for it.
  const { accessTo } = await import("./access.ts");
  return accessTo(database, table, parts);
}
