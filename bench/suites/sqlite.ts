import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync, StatementSync } from "node:sqlite";
import { createDatabase } from "db0";
import nodeSqlite from "db0/connectors/node-sqlite";
import { createStorage } from "unstorage";
import type { Driver } from "unstorage";
import db0Driver from "unstorage/drivers/db0";
import { createUnstorageTokenStore } from "../../dist/backends/unstorage/index.js";
import type { EdgeTokenStore } from "../../dist/index.js";
import { backupOf } from "../lib/backup.ts";
import type { Comparison, Suite } from "../lib/comparison.ts";
import { methodCalls } from "../lib/method-calls.ts";
import { benchToken, CLIENT_ID, each, FIELD_NAMES, FIELDS, queryBy, SECRET } from "../lib/tokens.ts";
import type { Field } from "../lib/tokens.ts";
import { findsAgainstZoho } from "../lib/finds-against-zoho.ts";
import { once } from "../lib/once.ts";
import { unstorageEngine } from "../lib/unstorage-engine.ts";
import { workloads } from "../lib/workloads.ts";
import type { Usage } from "../lib/workloads.ts";

const SIZES = [10, 10_000, 100_000];
const COLUMNS = ["user_name", "client_id", "refresh_token", "access_token", "grant_token", "expiry_time", "redirect_url", "api_domain"];

/** SQLite: ours by the primary key; the way of Zoho's sample is a select over a table without an index. */
export async function openSuite(data: string, words: readonly string[]): Promise<Suite> {
  // The driver says once that it is experimental.
  console.warn = () => {};
  const directory = await mkdtemp(join(data, "work-"));
  const connect = (path: string): Connection => {
    const database = createDatabase(nodeSqlite({ path }));
    return { database, driver: db0Driver({ database }) as Driver, close: async () => database.dispose() };
  };
  const comparisons: Comparison[] = [];
  for (const count of SIZES) {
    const [path, samplePath] = [join(data, `ours-${count}.db`), join(data, `zoho-${count}.db`)];
    let ours: EdgeTokenStore;
    let sample: DatabaseSync;
    const prepare = once(async () => {
      if (!existsSync(path)) await restore(connect(path), path, count);
      if (!existsSync(samplePath)) fillSample(samplePath, count);
      ours = createUnstorageTokenStore(createStorage({ driver: connect(path).driver }), { secret: SECRET });
      sample = new DatabaseSync(samplePath);
    });
    comparisons.push(
      ...findsAgainstZoho({
        count,
        against: "the Zoho sample's select without an index (plain text)",
        prepare,
        ours: () => ours,
        theirs: async (field, number) => sample.prepare(`select * from oauthtoken where ${conditionBy(field, number)} limit 1`).get(),
        calls: 10,
        rounds: 10,
      }),
    );
  }
  const work = join(directory, "work.db");
  await inWal(connect(work).database);
  const { comparisons: ownWork, counts } = await workloads(words, () =>
    unstorageEngine({
      connect: () => connect(work),
      usage: (namespace) => usageOf(work, namespace),
      large: 2000,
      calls: { read: 50, write: 10 },
    }),
  );
  const statements = ["run", "get", "all"];
  return {
    comparisons: [...comparisons, ...ownWork],
    operations: (task) =>
      methodCalls(
        [
          [StatementSync.prototype, statements],
          [DatabaseSync.prototype, ["exec"]],
        ],
        (_, self, [sql]) => /\w+/.exec(self instanceof StatementSync ? self.sourceSQL : String(sql))![0].toLowerCase(),
        task,
      ),
    ...(counts ? { counts } : {}),
    dispose: () => rm(directory, { recursive: true, force: true }),
  };
}

interface Connection {
  readonly database: ReturnType<typeof createDatabase>;
  readonly driver: Driver;
  close(): Promise<unknown>;
}

async function inWal(database: Connection["database"]): Promise<void> {
  await database.exec("pragma journal_mode = wal");
}

async function restore({ database, driver, close }: Connection, path: string, count: number): Promise<void> {
  await inWal(database);
  // Makes the table.
  await driver.getItem("none");
  await close();
  const restored = new DatabaseSync(path);
  const insert = restored.prepare("insert into unstorage (key, value) values (?, ?)");
  restored.exec("begin");
  for (const [key, text] of await backupOf(count)) insert.run(key, text);
  restored.exec("commit");
  restored.close();
}

function fillSample(path: string, count: number): void {
  const sample = new DatabaseSync(path);
  sample.exec(`create table oauthtoken (id varchar(10) not null, ${COLUMNS.map((name) => `${name} varchar(255)`).join(", ")})`);
  const insert = sample.prepare(`insert into oauthtoken values (?, ${COLUMNS.map(() => "?").join(", ")})`);
  sample.exec("begin");
  for (let number = 0; number < count; number++) {
    const { userName, clientId, refreshToken, accessToken, grantToken, expiresAt, redirectUrl, apiDomain } = benchToken(number);
    insert.run(String(number), userName, clientId, refreshToken, accessToken, grantToken, String(expiresAt), redirectUrl, apiDomain);
  }
  sample.exec("commit");
  sample.close();
}

function conditionBy(field: Field, number: number): string {
  const { userName, accessToken, refreshToken, grantToken } = benchToken(number);
  switch (field) {
    case "user":
      return `user_name='${userName}'`;
    case "account":
      return `user_name='${userName}' and client_id='${CLIENT_ID}'`;
    case "access":
      return `access_token='${accessToken}'`;
    case "refresh":
      return `refresh_token='${refreshToken}'`;
    case "grant":
      return `grant_token='${grantToken}'`;
  }
}

async function usageOf(path: string, namespace: string): Promise<Usage> {
  const database = new DatabaseSync(path, { readOnly: true });
  const select = database.prepare(
    "select count(*) as keys, coalesce(sum(length(key) + length(cast(value as blob))), 0) as bytes from unstorage where key like ?",
  );
  const row = select.get(`${namespace}:%`) as unknown as Usage;
  database.close();
  return { keys: row.keys, bytes: row.bytes };
}
