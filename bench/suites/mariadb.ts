import { createDatabase } from "db0";
import mysql2 from "db0/connectors/mysql2";
import { createConnection } from "mysql2/promise";
import type { Connection } from "mysql2/promise";
import { createStorage } from "unstorage";
import type { Driver } from "unstorage";
import db0Driver from "unstorage/drivers/db0";
import { createUnstorageTokenStore } from "../../dist/backends/unstorage/index.js";
import { MariadbServer } from "../../test/support/mariadb.ts";
import { backupOf } from "../lib/backup.ts";
import type { Comparison, Operations, Suite } from "../lib/comparison.ts";
import { benchToken, each, FIELD_NAMES, FIELDS, queryBy, SECRET } from "../lib/tokens.ts";
import { findsAgainstZoho } from "../lib/finds-against-zoho.ts";
import { once } from "../lib/once.ts";
import { unstorageEngine } from "../lib/unstorage-engine.ts";
import { workloads } from "../lib/workloads.ts";
import type { Usage } from "../lib/workloads.ts";
import { loadDBStore, zohoQuery, zohoRefresh } from "../lib/zoho.ts";
import type { ZohoStore } from "../lib/zoho.ts";

const SIZES = [10, 1000, 10_000];

/** As in the README of Zoho's SDK. */
const COLUMNS =
  "id, user_name, client_id, client_secret, refresh_token, access_token, grant_token, expiry_time, redirect_url, api_domain".split(", ");
const table = (name: string): string =>
  `CREATE TABLE ${name} (id varchar(10) NOT NULL, ${COLUMNS.slice(1)
    .map((column) => `${column} varchar(255)`)
    .join(", ")}, primary key (id))`;

/** A server on this machine: ours over one connection; Zoho's DBStore opens one for each call, and searches a table without an index. */
export async function openSuite(_data: string, words: readonly string[]): Promise<Suite> {
  // The driver says once that it is experimental.
  console.warn = () => {};
  const server = await MariadbServer.start();
  try {
    return await suiteOn(server, words);
  } catch (error) {
    await server.dispose();
    throw error;
  }
}

async function suiteOn(server: MariadbServer, words: readonly string[]): Promise<Suite> {
  const monitor = await createConnection(server.url);
  const connect = (tableName: string) => {
    const database = createDatabase(mysql2(server.connection));
    return { database, driver: db0Driver({ database, tableName }) as Driver, close: async () => database.dispose() };
  };
  const comparisons: Comparison[] = [];
  for (const count of SIZES) {
    const { driver } = connect(`ours_${count}`);
    const ours = createUnstorageTokenStore(createStorage({ driver }), { secret: SECRET });
    let theirs: ZohoStore;
    const prepare = once(async () => {
      await restore(monitor, driver, `ours_${count}`, count);
      theirs = await filledDBStore(server, monitor, `zoho_${count}`, count);
    });
    comparisons.push(
      ...findsAgainstZoho({
        count,
        against: "Zoho's DBStore (plain text, connects anew for each call)",
        prepare,
        ours: () => ours,
        theirs: (field, number) => theirs.findToken(zohoQuery(field, number)),
        calls: 10,
        rounds: 10,
      }),
    );
    let renewal = 0;
    comparisons.push({
      id: `zoho/save-refresh/${count}`,
      name: `save of a refresh among ${count.toLocaleString("en")}`,
      against: "Zoho's DBStore (plain text, connects anew for each call)",
      prepare,
      ours: each(count, (number) => ours.saveToken({ ...queryBy("account", number), accessToken: `1000.renewed.${++renewal}` })),
      theirs: each(count, (number) => theirs.saveToken(zohoRefresh(number, `1000.renewed.${++renewal}`))),
      calls: 10,
      rounds: 10,
    });
  }
  const work = await workloads(words, () =>
    unstorageEngine({
      connect: () => connect("work"),
      usage: (namespace) => usageOf(monitor, namespace),
      large: 2000,
      calls: { read: 50, write: 10 },
    }),
  );
  return {
    comparisons: [...comparisons, ...work.comparisons],
    operations: (task) => statements(monitor, task),
    ...(work.counts ? { counts: work.counts } : {}),
    async dispose() {
      await monitor.end();
      await server.dispose();
    },
  };
}

async function restore(connection: Connection, driver: Driver, name: string, count: number): Promise<void> {
  // Makes the table.
  await driver.getItem("none");
  await insertRows(connection, `${name} (\`key\`, value)`, await backupOf(count));
}

async function insertRows(connection: Connection, into: string, rows: readonly unknown[][]): Promise<void> {
  for (let start = 0; start < rows.length; start += 1000) {
    await connection.query(`INSERT INTO ${into} VALUES ?`, [rows.slice(start, start + 1000)]);
  }
}

async function filledDBStore(server: MariadbServer, connection: Connection, name: string, count: number): Promise<ZohoStore> {
  const { host, database, user, password, port } = server.connection;
  await connection.query(table(name));
  const rows = Array.from({ length: count }, (_, number) => {
    const { userName, clientId, refreshToken, accessToken, grantToken, expiresAt, redirectUrl, apiDomain } = benchToken(number);
    return [number, userName, clientId, "secret", refreshToken, accessToken, grantToken, String(expiresAt), redirectUrl, apiDomain];
  });
  await insertRows(connection, `${name} (${COLUMNS.join(", ")})`, rows);
  return new (loadDBStore())(host, database, name, user, password, String(port));
}

/** By the server's own count, of which the second asking is a part. */
async function statements(monitor: Connection, task: () => Promise<unknown>): Promise<Operations> {
  const asked = async (): Promise<number> => {
    const [[row]] = (await monitor.query("SHOW GLOBAL STATUS LIKE 'Questions'")) as unknown as [[{ Value: string }]];
    return Number(row.Value);
  };
  const before = await asked();
  await task();
  return { statement: (await asked()) - before - 1 };
}

async function usageOf(monitor: Connection, namespace: string): Promise<Usage> {
  const sql = "SELECT count(*) AS `keys`, coalesce(sum(length(`key`) + length(value)), 0) AS bytes FROM work WHERE `key` LIKE ?";
  const [[row]] = (await monitor.query(sql, [`${namespace}:%`])) as unknown as [[{ keys: number; bytes: string }]];
  return { keys: row.keys, bytes: Number(row.bytes) };
}
