import { TokenInvalidError } from "../errors.ts";
import { isColumn, RowReader } from "./stored-rows.ts";
import type { Column, ZohoStoredTokens } from "./stored-rows.ts";

/**
 * Reads the text of a file that one of Zoho's `FileStore`s has written, of any SDK, with nine columns or ten.
 *
 * These files have no quoting: a comma or a line break in a value shifts all that follows. Such rows are reported
 * with their line and left out, never guessed at; so is a row whose values can't stand in their columns. Rows that
 * share an id, as some of Zoho's stores leave them, are all read, and the first keeps it.
 *
 * @throws {TokenInvalidError} where it is no text, or the first line is not the header of such a file; an empty text holds no tokens
 */
export function readZohoFileStore(text: string): ZohoStoredTokens {
  if (typeof text !== "string") throw new TokenInvalidError("readZohoFileStore takes the text of the file.");
  const reader = new RowReader();
  const lines = text.replace(/^\uFEFF/, "").split(/\r?\n/);
  if (lines.every((line) => line.trim() === "")) return reader.result;
  const columns = parseHeader(lines[0] ?? "");
  for (const [index, line] of lines.entries()) {
    if (index === 0 || line.trim() === "") continue;
    const values = line.split(",");
    if (values.length === columns.length) {
      reader.add(index + 1, Object.fromEntries(columns.map((column, position) => [column, values[position] ?? ""])));
    } else {
      reader.skip(
        index + 1,
        `It has ${values.length} columns where ${columns.length} are expected: a comma or a line break in a value has shifted them.`,
      );
    }
  }
  return reader.result;
}

function parseHeader(line: string): Column[] {
  const columns = line.split(",").map((name) => name.trim());
  if (columns.every(isColumn) && columns.includes("id") && columns.includes("refresh_token")) return columns;
  throw new TokenInvalidError(
    "This is not a file of Zoho's FileStore: its first line must name the columns, id,user_name,client_id and so on.",
  );
}
