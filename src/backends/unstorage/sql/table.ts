import type { Driver } from "unstorage";

/** What this library uses of a `Database` of db0 (https://db0.unjs.io). */
export interface Database {
  readonly dialect: string;
  prepare(sql: string): Statement;
  sql(strings: TemplateStringsArray, ...values: SqlValue[]): Promise<unknown>;
  getInstance(): unknown;
}

interface Statement {
  all(...params: readonly SqlValue[]): Promise<unknown>;
  run(...params: readonly SqlValue[]): Promise<unknown>;
}

export type SqlValue = string | number | null;

export function isDatabase(instance: unknown): instance is Database {
  const { dialect, prepare, getInstance } = (instance ?? {}) as Partial<Database>;
  return typeof dialect === "string" && typeof prepare === "function" && typeof getInstance === "function";
}

/** The table of unstorage's db0 driver, as that puts it into its own statements. */
export function tableOf(driver: Driver): string | undefined {
  const { tableName } = (driver.options ?? {}) as { tableName?: unknown };
  return typeof tableName === "string" && tableName !== "" ? tableName : undefined;
}
