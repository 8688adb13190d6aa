import { TokenStoreError } from "../../../errors.ts";
import type { NativeAccess, NativeParts } from "../native-access.ts";
import { storeError } from "../store-errors.ts";
import { isBusy, whileBusy } from "./busy.ts";
import { commitChanges, indexChanges } from "./row-changes.ts";
import type { RowChange, Rows } from "./row-changes.ts";
import type { SqlValue } from "./table.ts";

/** What `node:sqlite`, better-sqlite3 and `bun:sqlite` have in common. */
export interface SyncDatabase {
  exec(sql: string): unknown;
  prepare(sql: string): { get(...params: SqlValue[]): unknown; run(...params: SqlValue[]): unknown };
}

/**
 * Whether the connection answers at once: the npm package sqlite3 has the same methods and takes callbacks, and
 * Cloudflare D1's statement has no `get`. Throws where it can't be told now, such as where the database is locked.
 */
export function isSyncDatabase(instance: unknown): instance is SyncDatabase {
  const { exec, prepare } = (instance ?? {}) as Partial<SyncDatabase>;
  if (typeof exec !== "function" || typeof prepare !== "function") return false;
  const statement: Partial<ReturnType<SyncDatabase["prepare"]>> = (instance as SyncDatabase).prepare("SELECT 1 AS one");
  const row = statement.get?.() as { one?: unknown } | null | undefined;
  return Number(row?.one) === 1;
}

/**
 * Compare and write in one transaction. The application has the same connection, so nothing is awaited in
 * it: a statement of the application's in between would become a part of it.
 */
export function sqliteAccess(database: SyncDatabase, table: string, { keys, driverKey, storage }: NativeParts): NativeAccess {
  const rows: Rows = (key) => {
    const row = database.prepare(`SELECT value FROM ${table} WHERE key = ?`).get(driverKey(key)) as { value: string | null } | null;
    return row?.value ?? null;
  };

  /** What was expected is what was read in the same transaction. */
  function write({ key, value }: RowChange): void {
    if (value === null) {
      database.prepare(`DELETE FROM ${table} WHERE key = ?`).run(driverKey(key));
    } else {
      const upsert =
        `INSERT INTO ${table} (key, value, created_at, updated_at) VALUES (?, ?, CURRENT_TIMESTAMP, CURRENT_TIMESTAMP) ` +
        "ON CONFLICT (key) DO UPDATE SET value = excluded.value, updated_at = CURRENT_TIMESTAMP";
      database.prepare(upsert).run(driverKey(key), value);
    }
  }

  async function change(changesOf: () => RowChange[] | undefined): Promise<boolean> {
    try {
      return await whileBusy(() =>
        transact(database, () => {
          const changes = changesOf();
          changes?.forEach(write);
          return changes !== undefined;
        }),
      );
    } catch (error) {
      throw error instanceof TokenStoreError ? error : storeError("write", "SQLite", "failed", error);
    }
  }

  return {
    atomic: true,
    persistent: isOnDisk(database),
    commit: (plan) => change(() => commitChanges(keys, plan, rows)),
    completeIndex: async (record, wanted) => void (await change(() => indexChanges(keys, record, wanted, rows))),
    readText: (key) => storage.attempt("read", async () => rows(key)),
  };
}

/** A database in memory, or a temporary one, has no file: https://sqlite.org/pragma.html#pragma_database_list. */
function isOnDisk(database: SyncDatabase): boolean {
  const main = database.prepare("PRAGMA database_list").get() as { file?: unknown } | null | undefined;
  return typeof main?.file === "string" && main.file !== "";
}

/** All of the task or nothing of it: a transaction of its own or, where the application has one open, a part of that. */
function transact<Result>(database: SyncDatabase, task: () => Result): Result {
  const own = begin(database);
  try {
    const result = task();
    database.exec(own ? "COMMIT" : "RELEASE edge_token_store");
    return result;
  } catch (error) {
    undo(database, own);
    // Only the application can end its own transaction, which others may be waiting for: no use to try again.
    throw own ? error : storeError("write", "SQLite", "failed", error);
  }
}

/** The lock on writing is taken at once: one who reads first may find that he can't write any more. */
function begin(database: SyncDatabase): boolean {
  try {
    database.exec("BEGIN IMMEDIATE");
    return true;
  } catch (error) {
    if (isBusy(error)) throw error;
    // "cannot start a transaction within a transaction"; what else it may be, the next statement will say too.
    database.exec("SAVEPOINT edge_token_store");
    return false;
  }
}

function undo(database: SyncDatabase, own: boolean): void {
  try {
    database.exec(own ? "ROLLBACK" : "ROLLBACK TO edge_token_store; RELEASE edge_token_store");
  } catch {
    // After some errors SQLite has rolled back by itself, https://sqlite.org/lang_transaction.html.
  }
}
