import nodeSqlite from "db0/connectors/node-sqlite";
import { sqliteFixture } from "../conformance/sqlite-fixture.ts";
import { tokenStoreSuite } from "../conformance/token-store-suite.ts";

tokenStoreSuite({
  name: "unstorage SQLite in memory",
  shared: true,
  create: () => sqliteFixture(nodeSqlite({ name: ":memory:" })),
});
