import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as ts8 from "@zohocrm/typescript-sdk-8.0";
import { createConnection } from "mysql2/promise";
import { createStorage } from "unstorage";
import { afterAll, beforeAll, expect, it } from "vitest";
import { atomicFsDriver } from "../../src/backends/unstorage/atomic-fs/index.ts";
import { createUnstorageTokenStore } from "../../src/backends/unstorage/index.ts";
import { run } from "../../src/cli/run.ts";
import { SECRET } from "../conformance/unstorage-fixture.ts";
import { MariadbServer } from "../support/mariadb.ts";
import { ZOHO_SDKS } from "../support/zoho-sdks.ts";
import type { SdkToken } from "../support/zoho-sdks.ts";
import { ZohoServer } from "../support/zoho-server.ts";

/** As in the README of Zoho's SDK. */
const TABLE = `CREATE TABLE oauthtoken (
  id varchar(10) NOT NULL, user_name varchar(255), client_id varchar(255), client_secret varchar(255),
  refresh_token varchar(255), access_token varchar(255), grant_token varchar(255), expiry_time varchar(20),
  redirect_url varchar(255), api_domain varchar(255), primary key (id))`;

let mariadb: MariadbServer;
let server: ZohoServer;
let target: string;
beforeAll(async () => {
  [mariadb, server, target] = await Promise.all([
    MariadbServer.start(),
    ZohoServer.start(),
    mkdtemp(join(tmpdir(), "ets-mariadb-import-")),
  ]);
  const connection = await createConnection(mariadb.url);
  await connection.query(TABLE);
  await connection.end();
});
afterAll(() => Promise.all([mariadb.dispose(), server.stop(), rm(target, { recursive: true, force: true })]));

it("brings a table that DBStore has filled over, and the SDK logs in with it", async () => {
  const sdk = ZOHO_SDKS[0]!;
  const dbStore = new ts8.DBStore(
    "127.0.0.1",
    mariadb.connection.database,
    "oauthtoken",
    mariadb.connection.user,
    mariadb.connection.password,
    mariadb.connection.port,
  );
  // Two log-ins through the SDK itself, then more rows with ids of the application's own: DBStore counts no further than 10.
  for (const userName of ["ann, of Example", "bob"]) {
    await sdk.initialize(server.url, sdk.build({ userName, grantToken: server.issueGrant() }), dbStore);
  }
  const more = Array.from({ length: 200 }, (_, index): SdkToken => {
    return sdk.build({ id: `t${index}`, userName: `user-${index}`, refreshToken: server.issueRefreshToken() });
  });
  for (const token of more) await dbStore.saveToken(token as never);
  server.requests.length = 0;

  const output: string[] = [];
  const terminal = {
    out: (line: string) => output.push(line),
    err: (line: string) => output.push(line),
    environment: { TOKEN_SECRET: SECRET, DATABASE_URL: mariadb.url },
    readLine: () => Promise.resolve(""),
    signal: new AbortController().signal,
  };
  expect(await run(["import", "mysql", "env:DATABASE_URL", "--to", target], terminal)).toBe(0);
  expect(await run(["import", "mysql", "env:DATABASE_URL", "--to", target], terminal)).toBe(0);
  expect(output).toEqual([
    `202 imported to ${target}, 0 already there, 0 left out.`,
    `0 imported to ${target}, 202 already there, 0 left out.`,
  ]);

  const store = createUnstorageTokenStore(createStorage({ driver: atomicFsDriver({ base: target }) }), { secret: SECRET });
  expect(await store.getTokens()).toHaveLength(202);
  for (const parts of [{ userName: "ann, of Example" }, { id: "t7" }]) {
    await sdk.initialize(server.url, sdk.build(parts), sdk.adapt(store));
    expect(await sdk.call()).toBe(200);
  }
  expect(server.grants).toEqual(["refresh_token"]);
});
