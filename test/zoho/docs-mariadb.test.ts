import * as ts8 from "@zohocrm/typescript-sdk-8.0";
import { createConnection } from "mysql2/promise";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { SECRET } from "../conformance/unstorage-fixture.ts";
import { runHere } from "../support/cli-run.ts";
import { commands } from "../support/markdown-code.ts";
import { MariadbServer } from "../support/mariadb.ts";
import { goOver, PAGE, writeBlocks } from "./docs-suite.ts";

let mariadb: MariadbServer;
let blocks: Awaited<ReturnType<typeof writeBlocks>>;
beforeAll(async () => {
  [mariadb, blocks] = await Promise.all([MariadbServer.start(), writeBlocks("zoho-docs-mysql")]);
  vi.stubEnv("TOKEN_SECRET", SECRET);
  vi.stubEnv("MYSQL_PORT", String(mariadb.connection.port));
  vi.stubEnv("MYSQL_PASSWORD", mariadb.connection.password);
  const connection = await createConnection(mariadb.url);
  const columns = ["user_name", "client_id", "client_secret", "refresh_token", "access_token", "grant_token", "redirect_url", "api_domain"];
  await connection.query(
    `CREATE TABLE oauthtoken (id varchar(10) NOT NULL, ${columns.map((name) => `${name} varchar(255)`).join(", ")}, expiry_time varchar(20), primary key (id))`,
  );
  await connection.end();
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await Promise.all([mariadb.dispose(), blocks.remove()]);
});

it("docs/zoho.md leads from MySQL to this", async () => {
  const { database } = (await import(`${blocks.directory}/mysql-after.ts`)) as { database: AsyncDisposable & { dispose(): Promise<void> } };
  const { move } = (await import(`${blocks.directory}/mysql-move.ts`)) as { move: () => Promise<void> };
  expect(ts8.DBStore).toBeDefined();
  await goOver(`${blocks.directory}/mysql-before.ts`, move, `${blocks.directory}/mysql-after.ts`);
  await database.dispose();

  const lines = (await commands(PAGE, "edge-token-store")).filter((args) => args[1] === "mysql");
  expect(lines).toHaveLength(2);
  for (const args of lines) {
    const outcome = await runHere(args, { env: { TOKEN_SECRET: SECRET, DATABASE_URL: mariadb.url } });
    // In the table of the application.
    expect(outcome).toMatchObject({ code: 0, out: expect.stringContaining("1 already there"), err: "" });
  }
});
