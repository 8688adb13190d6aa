import { isColumn, RowReader } from "./stored-rows.ts";
import type { Column, ZohoStoredTokens } from "./stored-rows.ts";

/**
 * Reads the rows of the table `oauthtoken`, as a driver of MySQL or SQLite gives them: that of Zoho's `DBStore` and
 * that of its SQLite samples. Columns of other names are left alone.
 *
 * A row whose values can't stand in their columns is reported with its number, from 1, and left out.
 */
export function readZohoTable(rows: Iterable<Readonly<Record<string, unknown>>>): ZohoStoredTokens {
  const reader = new RowReader();
  let line = 0;
  for (const row of rows) {
    line++;
    const values: Partial<Record<Column, string | null>> = {};
    let foreign: string | undefined;
    for (const [name, value] of Object.entries(row)) {
      const column = name.toLowerCase();
      if (!isColumn(column)) continue;
      const text = toText(value);
      if (text === undefined) foreign ??= column;
      else values[column] = text;
    }
    if (foreign === undefined) reader.add(line, values);
    else reader.skip(line, `${foreign} is neither text nor a number.`);
  }
  return reader.result;
}

function toText(value: unknown): string | null | undefined {
  if (value === null || value === undefined) return null;
  if (typeof value === "string") return value;
  return typeof value === "number" || typeof value === "bigint" ? String(value) : undefined;
}
