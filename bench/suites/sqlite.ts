import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { createDatabase } from "db0";
import nodeSqlite from "db0/connectors/node-sqlite";
import { createStorage } from "unstorage";
import db0Driver from "unstorage/drivers/db0";
import { createUnstorageTokenStore } from "../../dist/backends/unstorage/index.js";
import type { TokenQuery } from "../../dist/index.js";
import type { Comparison, Suite } from "../lib/comparison.ts";
import { benchToken, CLIENT_ID, cycle, fill, SECRET } from "../lib/tokens.ts";

const SIZES = [
  [10_000, 0.4],
  [100_000, 0.05],
] as const;

const COLUMNS = ["user_name", "client_id", "refresh_token", "access_token", "grant_token", "expiry_time", "redirect_url", "api_domain"];

/** SQLite: ours by the primary key; the way of Zoho's sample is a select over a table without an index. */
export async function openSuite(): Promise<Suite> {
  const directory = await mkdtemp(join(tmpdir(), "ets-bench-sqlite-"));
  const databases: { close(): void }[] = [];
  const comparisons: Comparison[] = [];
  for (const [count, bar] of SIZES) {
    const database = createDatabase(nodeSqlite({ path: join(directory, `ours-${count}.db`) }));
    const storage = createStorage({ driver: db0Driver({ database }) });
    const ours = createUnstorageTokenStore(storage, { secret: SECRET });
    await database.exec("pragma journal_mode = wal; pragma synchronous = off");
    await fill(count, (number) => ours.saveToken(benchToken(number)));

    const sample = new DatabaseSync(join(directory, `zoho-${count}.db`));
    databases.push(sample);
    sample.exec(`create table oauthtoken (id varchar(10) not null, ${COLUMNS.map((name) => `${name} varchar(255)`).join(", ")})`);
    const insert = sample.prepare(
      `insert into oauthtoken values (${Array(COLUMNS.length + 1)
        .fill("?")
        .join(", ")})`,
    );
    sample.exec("begin");
    for (let number = 0; number < count; number++) {
      const { userName, clientId, refreshToken, accessToken, grantToken, expiresAt, redirectUrl, apiDomain } = benchToken(number);
      insert.run(String(number), userName, clientId, refreshToken, accessToken, grantToken, String(expiresAt), redirectUrl, apiDomain);
    }
    sample.exec("commit");
    const select = (where: string): Promise<unknown> =>
      Promise.resolve(sample.prepare(`select * from oauthtoken where ${where} limit 1`).get());

    const fields: [string, (number: number) => TokenQuery, (number: number) => string][] = [
      [
        "account",
        (number) => ({ userName: benchToken(number).userName, clientId: CLIENT_ID }),
        (number) => `user_name='${benchToken(number).userName}' and client_id='${CLIENT_ID}'`,
      ],
      [
        "access token",
        (number) => ({ accessToken: benchToken(number).accessToken }),
        (number) => `access_token='${benchToken(number).accessToken}'`,
      ],
      [
        "refresh token",
        (number) => ({ refreshToken: benchToken(number).refreshToken }),
        (number) => `refresh_token='${benchToken(number).refreshToken}'`,
      ],
      [
        "grant token",
        (number) => ({ grantToken: benchToken(number).grantToken }),
        (number) => `grant_token='${benchToken(number).grantToken}'`,
      ],
    ];
    for (const [field, query, where] of fields) {
      const [ourNext, theirNext] = [cycle(count), cycle(count)];
      comparisons.push({
        name: `find by ${field} among ${count}`,
        against: "the Zoho sample's select without an index (plain text)",
        bar,
        ours: () => ours.findToken(query(ourNext())),
        theirs: () => select(where(theirNext())),
        calls: 20,
      });
    }
  }
  return {
    comparisons,
    async dispose() {
      for (const database of databases) database.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
