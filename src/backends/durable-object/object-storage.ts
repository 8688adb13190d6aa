/** The part of a Durable Object's `ctx` that is used here (https://developers.cloudflare.com/durable-objects/api/state/). */
export interface ObjectContext {
  readonly storage: ObjectStorage;
}

/** SQLite-backed storage (https://developers.cloudflare.com/durable-objects/api/sqlite-storage-api/). */
export interface ObjectStorage {
  readonly sql: {
    exec(query: string, ...bindings: readonly SqlValue[]): Iterable<Record<string, SqlValue>>;
  };
  transactionSync<Result>(closure: () => Result): Result;
  deleteAll(): Promise<void>;
  setAlarm(time: number): Promise<void>;
}

type SqlValue = string | number | null;

/** Whether the object has this table: whoever only looks is not to make one, since an empty object costs nothing. */
export function hasTable({ sql }: ObjectStorage, table: string): boolean {
  const [found] = sql.exec("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?", table);
  return found !== undefined;
}

export function isEmpty({ sql }: ObjectStorage): boolean {
  const [found] = sql.exec("SELECT 1 FROM sqlite_master WHERE name <> '_cf_METADATA'");
  return found === undefined;
}
