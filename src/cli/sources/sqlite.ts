import { existsSync } from "node:fs";
import { readZohoTable } from "../../zoho/read-table.ts";
import type { ZohoStoredTokens } from "../../zoho/stored-rows.ts";
import { CommandError } from "../command.ts";
import { loadSqlite } from "../load-peer.ts";
import { selectFrom } from "./table.ts";

/** A table of a SQLite file, opened to read alone. */
export async function readFromSqlite(path: string, table: string | undefined): Promise<ZohoStoredTokens> {
  const statement = selectFrom(table);
  if (!existsSync(path)) throw new CommandError(`There is no file ${path}.`);
  const { DatabaseSync } = await loadSqlite();
  const database = new DatabaseSync(path, { readOnly: true });
  try {
    return readZohoTable(database.prepare(statement).iterate());
  } catch (error) {
    throw new CommandError(`The table can't be read from ${path}: ${String((error as { code?: unknown }).code)}.`);
  } finally {
    database.close();
  }
}
