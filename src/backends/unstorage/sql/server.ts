import type { NativeAccess, NativeParts } from "../native-access.ts";
import { storeError } from "../store-errors.ts";
import { mysqlCleanUp, mysqlStatement, postgresqlStatement } from "./guarded-statement.ts";
import { commitChanges, indexChanges } from "./row-changes.ts";
import type { RowChange, Rows } from "./row-changes.ts";
import type { Database } from "./table.ts";

/** How often a commit begins again where not its record but another row of it changed meanwhile. */
const MAX_ATTEMPTS = 10;
const MAX_PAUSE_MS = 20;

/**
 * What the server answers where somebody else was in the way, and nothing was written. MySQL: the subquery
 * with two rows that our statement raises an error by, deadlock. PostgreSQL: our division by zero,
 * serialization failure, deadlock.
 */
const IN_THE_WAY: readonly unknown[] = [1242, 1213, "22012", "40001", "40P01"];

/** Sends the changes in one statement; false where a row was not as expected. Keys are the table's. */
type Send = (changes: readonly RowChange[]) => Promise<boolean>;

/** A connection or a pool of mysql2. */
export function isMysqlConnection(instance: unknown): boolean {
  const { query, execute } = (instance ?? {}) as { query?: unknown; execute?: unknown };
  return typeof query === "function" && typeof execute === "function";
}

/** A client of pg. */
export function isPostgresqlClient(instance: unknown): boolean {
  const { query, processID } = (instance ?? {}) as { query?: unknown; processID?: unknown };
  return typeof query === "function" && typeof processID === "number";
}

/** PostgreSQL within this process, https://pglite.dev. */
interface Pglite {
  readonly dataDir?: unknown;
}

export function isPglite(instance: unknown): instance is Pglite {
  const { query, waitReady } = (instance ?? {}) as { query?: unknown; waitReady?: unknown };
  return typeof query === "function" && typeof (waitReady as Partial<Promise<void>> | undefined)?.then === "function";
}

export function mysqlAccess(database: Database, table: string, parts: NativeParts): NativeAccess {
  return serverAccess(database, table, "`key`", parts, async (changes) => {
    const { sql, params } = mysqlStatement(table, changes);
    const { affectedRows } = (await database.prepare(sql).run(...params)) as { affectedRows?: unknown };
    if (affectedRows === 0) return false;
    const cleanUp = mysqlCleanUp(table, changes);
    // The commit is done whether or not this comes through.
    if (cleanUp)
      await database
        .prepare(cleanUp.sql)
        .run(...cleanUp.params)
        .catch(() => {});
    return true;
  });
}

export function postgresqlAccess(database: Database, table: string, parts: NativeParts): NativeAccess {
  return serverAccess(database, table, "key", parts, async (changes) => {
    const { sql, params } = postgresqlStatement(table, changes);
    const [row] = (await database.prepare(sql).all(...params)) as { applied?: unknown }[];
    return Number(row?.applied) === 1;
  });
}

export function pgliteAccess({ dataDir }: Pglite, database: Database, table: string, parts: NativeParts): NativeAccess {
  const persistent = typeof dataDir === "string" && !/^(memory:|$)/.test(dataDir);
  return { ...postgresqlAccess(database, table, parts), persistent };
}

function serverAccess(
  database: Database,
  table: string,
  column: string,
  { keys, driverKey, storage }: NativeParts,
  send: Send,
): NativeAccess {
  async function read(wanted: readonly string[]): Promise<Rows> {
    const sql = `SELECT ${column} AS k, value AS v FROM ${table} WHERE ${column} IN (${wanted.map(() => "?").join(", ")})`;
    const found = (await database.prepare(sql).all(...wanted.map(driverKey))) as { k: string; v: string | null }[];
    const values = new Map(found.map(({ k, v }) => [k, v]));
    return (key) => values.get(driverKey(key)) ?? null;
  }

  async function attempt(wanted: readonly string[], changesOf: (rows: Rows) => RowChange[] | undefined): Promise<boolean | undefined> {
    const changes = changesOf(await read(wanted));
    if (!changes) return false;
    if (changes.length === 0) return true;
    try {
      return (await send(changes.map((row) => ({ ...row, key: driverKey(row.key) })))) || undefined;
    } catch (error) {
      if (isInTheWay(error)) return undefined;
      throw error;
    }
  }

  async function change(wanted: readonly string[], changesOf: (rows: Rows) => RowChange[] | undefined): Promise<boolean> {
    try {
      for (let count = 0; count < MAX_ATTEMPTS; count++) {
        const done = await attempt(wanted, changesOf);
        if (done !== undefined) return done;
        await new Promise((resolve) => setTimeout(resolve, Math.random() * MAX_PAUSE_MS));
      }
      return false;
    } catch (error) {
      throw storeError("write", database.dialect, "failed", error);
    }
  }

  return {
    atomic: true,
    commit: (plan) => change(plan.keys, (rows) => commitChanges(keys, plan, rows)),
    completeIndex: async (record, wanted) =>
      void (await change([keys.record(record.key), ...wanted], (rows) => indexChanges(keys, record, wanted, rows))),
    readText: (key) => storage.attempt("read", async () => (await read([key]))(key)),
  };
}

function isInTheWay(error: unknown): boolean {
  const { errno, code } = (error ?? {}) as { errno?: unknown; code?: unknown };
  return IN_THE_WAY.includes(errno) || IN_THE_WAY.includes(code);
}
