import { readZohoTable } from "../../zoho/read-table.ts";
import type { ZohoStoredTokens } from "../../zoho/stored-rows.ts";
import { readAddress, showAddress } from "../addresses.ts";
import { CommandError, UsageError } from "../command.ts";
import type { Terminal } from "../command.ts";
import { loadPeer } from "../load-peer.ts";
import { selectFrom } from "./table.ts";

/** A table of a MySQL or MariaDB server. */
export async function readFromMysql(given: string, table: string | undefined, terminal: Terminal): Promise<ZohoStoredTokens> {
  const address = readAddress(given, terminal);
  if (!/^(mysql|mariadb):\/\//.test(address)) throw new UsageError("The source must be mysql://user@host:3306/database, or env:NAME.");
  const statement = selectFrom(table);
  // The successor of the driver that Zoho's SDK uses, which newer servers refuse to log in.
  const { createConnection } = await loadPeer(() => import("mysql2/promise"), "mysql2");
  const failed = (error: unknown): never => {
    throw new CommandError(`The table can't be read from ${showAddress(address)}: ${String((error as { code?: unknown }).code)}.`);
  };
  const connection = await createConnection(address.replace(/^mariadb:/, "mysql:")).catch(failed);
  try {
    const [rows] = await connection.query(statement).catch(failed);
    return readZohoTable(rows as Record<string, unknown>[]);
  } finally {
    await connection.end();
  }
}
