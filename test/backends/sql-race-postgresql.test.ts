import postgresql from "db0/connectors/postgresql";
import { createStorage } from "unstorage";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createUnstorageTokenStore } from "../../src/backends/unstorage/index.ts";
import type { EdgeTokenStore } from "../../src/index.ts";
import { SECRET } from "../conformance/unstorage-fixture.ts";
import { PostgresqlServer } from "../support/postgresql.ts";
import { sqlStorage } from "../support/sql.ts";
import type { SqlStorage } from "../support/sql.ts";

const CONNECTIONS = 4;
const ROUNDS = 10;
const ANN = { userName: "ann", clientId: "c" };

let server: PostgresqlServer;
let connections: SqlStorage[];
let stores: EdgeTokenStore[];
beforeAll(async () => {
  server = await PostgresqlServer.start();
  connections = Array.from({ length: CONNECTIONS }, () => sqlStorage(postgresql({ url: server.url })));
  stores = connections.map(({ driver }) => createUnstorageTokenStore(createStorage({ driver }), { secret: SECRET }));
});
afterAll(async () => {
  await Promise.all(connections.map(({ database }) => database.dispose()));
  server.dispose();
});

// All that the suite has to say of PostgreSQL runs in test/endurance/; this is the part that others' saves come in between.
it("saves of one token over four connections at once all count, round after round", async () => {
  expect(stores.map(({ capabilities }) => capabilities.engine)).toEqual(stores.map(() => "db0"));
  for (let round = 0; round < ROUNDS; round++) {
    const fields = ["refreshToken", "accessToken", "scope", "apiDomain"] as const;
    await Promise.all(
      stores.map((store, index) => store.saveToken({ ...ANN, grantToken: "g", [fields[index]!]: `${fields[index]}-${round}` })),
    );
  }
  const [token, ...others] = await stores[0]!.getTokens();
  expect(others).toEqual([]);
  expect(token).toMatchObject({
    version: CONNECTIONS * ROUNDS,
    refreshToken: `refreshToken-${ROUNDS - 1}`,
    accessToken: `accessToken-${ROUNDS - 1}`,
    scope: `scope-${ROUNDS - 1}`,
    apiDomain: `apiDomain-${ROUNDS - 1}`,
  });
  expect(await stores[1]!.findToken({ accessToken: `accessToken-${ROUNDS - 1}` })).toMatchObject({ id: token!.id });
  expect(await stores[2]!.findToken({ accessToken: "accessToken-0" })).toBeNull();
  await stores[3]!.deleteToken(token!.id);
  expect(await stores[0]!.findToken(ANN)).toBeNull();
});

it("four connections that make the table at once are not in each other's way", async () => {
  for (let round = 0; round < ROUNDS; round++) {
    const fresh = connections.map(({ database }) => sqlStorage(database, `fresh_${round}`));
    const opened = fresh.map(({ driver }) => createUnstorageTokenStore(createStorage({ driver }), { secret: SECRET }));
    await Promise.all(opened.map((store, number) => store.saveToken({ ...ANN, scope: `s-${number}`, refreshToken: "r" })));
    expect(await opened[0]!.findToken(ANN)).toMatchObject({ version: CONNECTIONS });
  }
});
