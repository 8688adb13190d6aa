import type { RowChange } from "./row-changes.ts";
import type { SqlValue } from "./table.ts";

export interface GuardedStatement {
  readonly sql: string;
  readonly params: readonly SqlValue[];
}

/*
 * Several rows, compared and written by one statement. A transaction is not to be had: the application has
 * the same connection, and may have one open on it that ours would end or join. A single statement is atomic
 * wherever it stands.
 *
 * Rows that must be there are locked as they are compared, so that they stay as they are. Rows that must not
 * be there can't be locked: where one comes in between, the statement raises an error and undoes itself.
 *
 * What is to be written is called `_ets` there: it would hide a table of its own name.
 */

/** Tells by its count of affected rows: none where the comparison failed. A row that goes is left without a value: see {@link mysqlCleanUp}. */
export function mysqlStatement(table: string, changes: readonly RowChange[]): GuardedStatement {
  const present = changes.filter(({ expected }) => expected !== null);
  const rows = changes.map(({ expected }) => `SELECT ? AS k, ? AS v, ${expected === null} AS fresh`);
  // Texts are compared by code point, whatever the collation of the table. FOR UPDATE: at READ COMMITTED it would lock nothing.
  const same = "`key` = ? AND CONVERT(`value` USING utf8mb4) COLLATE utf8mb4_bin = ?";
  const guard =
    present.length === 0
      ? ""
      : `WHERE (SELECT COUNT(*) FROM ${table} WHERE \`key\` IN (${listOf("?", present)}) AND (${present.map(() => `(${same})`).join(" OR ")}) ` +
        `FOR UPDATE) = ${present.length} `;
  return {
    sql:
      `INSERT INTO ${table} (\`key\`, \`value\`, created_at, updated_at) ` +
      `SELECT _ets.k, _ets.v, CURRENT_TIMESTAMP, CURRENT_TIMESTAMP FROM (${rows.join(" UNION ALL ")}) AS _ets ${guard}` +
      `ON DUPLICATE KEY UPDATE \`value\` = IF(_ets.fresh AND ${table}.\`value\` IS NOT NULL, (SELECT 1 UNION ALL SELECT 2), _ets.v), ` +
      "updated_at = CURRENT_TIMESTAMP",
    params: [
      ...changes.flatMap(({ key, value }) => [key, value]),
      ...present.map(({ key }) => key),
      ...present.flatMap(({ key, expected }) => [key, expected]),
    ],
  };
}

/** Removes the rows that the statement left without a value; to the driver they read as missing already. */
export function mysqlCleanUp(table: string, changes: readonly RowChange[]): GuardedStatement | undefined {
  const gone = changes.filter(({ value }) => value === null);
  if (gone.length === 0) return undefined;
  return {
    sql: `DELETE FROM ${table} WHERE \`key\` IN (${listOf("?", gone)}) AND \`value\` IS NULL AND \`blob\` IS NULL`,
    params: gone.map(({ key }) => key),
  };
}

/** Tells by its one row: `applied` is 0 where the comparison failed. */
export function postgresqlStatement(table: string, changes: readonly RowChange[]): GuardedStatement {
  const rows = changes.map(() => "(CAST(? AS text), CAST(? AS text), CAST(? AS text))");
  return {
    sql:
      `WITH _ets (k, v, e) AS (VALUES ${rows.join(", ")}), ` +
      `present AS (SELECT t.key, t.value FROM ${table} AS t WHERE t.key IN (SELECT k FROM _ets WHERE e IS NOT NULL) ORDER BY t.key FOR UPDATE), ` +
      "same AS (SELECT 1 WHERE (SELECT count(*) FROM _ets JOIN present AS p ON p.key = _ets.k AND p.value = _ets.e) = (SELECT count(e) FROM _ets)), " +
      `inserted AS (INSERT INTO ${table} AS t (key, value, created_at, updated_at) ` +
      "SELECT k, v, CURRENT_TIMESTAMP, CURRENT_TIMESTAMP FROM _ets, same WHERE e IS NULL AND v IS NOT NULL " +
      // Division by zero is the only error to be raised in plain SQL that quotes no value.
      "ON CONFLICT (key) DO UPDATE SET value = CASE WHEN t.value IS NULL THEN excluded.value ELSE (1 / (length(t.value) * 0))::text END), " +
      `updated AS (UPDATE ${table} AS t SET value = _ets.v, updated_at = CURRENT_TIMESTAMP FROM _ets, same ` +
      "WHERE t.key = _ets.k AND _ets.e IS NOT NULL AND _ets.v IS NOT NULL), " +
      `deleted AS (DELETE FROM ${table} AS t USING _ets, same WHERE t.key = _ets.k AND _ets.e IS NOT NULL AND _ets.v IS NULL) ` +
      "SELECT count(*)::int AS applied FROM same",
    params: changes.flatMap(({ key, value, expected }) => [key, value, expected]),
  };
}

function listOf(placeholder: string, items: readonly unknown[]): string {
  return items.map(() => placeholder).join(", ");
}
