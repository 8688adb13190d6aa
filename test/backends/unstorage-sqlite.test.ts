import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import nodeSqlite from "db0/connectors/node-sqlite";
import { sqliteFixture } from "../conformance/sqlite-fixture.ts";
import { tokenStoreSuite } from "../conformance/token-store-suite.ts";

tokenStoreSuite({
  name: "unstorage SQLite file",
  shared: true,
  async create() {
    const directory = await mkdtemp(join(tmpdir(), "ets-sqlite-"));
    const connector = nodeSqlite({ path: join(directory, "tokens.sqlite") });
    // Without waiting for the disk: what survives a power cut is not asked here.
    const fixture = await sqliteFixture(connector, ({ database }) => database.exec("PRAGMA synchronous = OFF"));
    return {
      ...fixture,
      async dispose() {
        await fixture.dispose?.();
        await rm(directory, { recursive: true, force: true });
      },
    };
  },
});
