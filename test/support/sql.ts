import { createDatabase } from "db0";
import type { Connector, Database, Primitive } from "db0";
import db0Driver from "unstorage/drivers/db0";
import type { Driver } from "unstorage";
import { vi } from "vitest";
import { bytesOf } from "../conformance/fixture.ts";

export interface SqlStorage {
  readonly database: Database;
  readonly driver: Driver;
}

/** unstorage's driver over the connector or the database, in its default table or another. */
export function sqlStorage(over: Connector | Database, tableName?: string): SqlStorage {
  const database = "sql" in over ? over : createDatabase(over);
  // The driver says once that it is experimental.
  vi.spyOn(console, "warn").mockImplementation(() => {});
  return { database, driver: db0Driver({ database, ...(tableName === undefined ? {} : { tableName }) }) as Driver };
}

/** Lets the statements of this kind fail as they do with a disk or connection that is gone, until it is called. */
export function failStatements(target: { prepare(sql: string): unknown }, isMeant: (sql: string) => boolean): () => void {
  const prepare = target.prepare.bind(target);
  const spy = vi.spyOn(target, "prepare").mockImplementation((sql) => {
    if (isMeant(sql)) throw new Error("the database is gone");
    return prepare(sql);
  });
  return () => spy.mockRestore();
}

/** Every key and every value of the table. */
export async function dumpTable({ database }: SqlStorage): Promise<Uint8Array[]> {
  const rows = await allRows(database, "SELECT * FROM unstorage");
  return bytesOf(rows.map((row) => ["row", JSON.stringify(row)] as const));
}

export async function allRows(database: Database, sql: string, ...params: Primitive[]): Promise<Record<string, unknown>[]> {
  return (await database.prepare(sql).all(...params)) as Record<string, unknown>[];
}
