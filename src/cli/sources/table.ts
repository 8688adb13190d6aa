import { UsageError } from "../command.ts";

const DEFAULT_TABLE = "oauthtoken";

/** A table's name can't be sent apart from the statement, so it must be one. @throws {UsageError} */
export function selectFrom(table: string = DEFAULT_TABLE): string {
  if (!/^\w{1,64}$/.test(table)) throw new UsageError("A table's name is letters, digits and underscores.");
  return `SELECT * FROM ${table}`;
}
