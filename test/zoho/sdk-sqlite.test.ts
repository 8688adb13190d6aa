import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createDatabase } from "db0";
import sqlite from "db0/connectors/node-sqlite";
import { createStorage } from "unstorage";
import db0Driver from "unstorage/drivers/db0";
import { createUnstorageTokenStore } from "../../src/backends/unstorage/index.ts";
import { SECRET } from "../conformance/unstorage-fixture.ts";
import type { StoreFixture } from "./sdk-fixture.ts";
import { zohoSdkSuite } from "./sdk-suite.ts";
import { zohoSdkV2Suite } from "./sdk-v2-suite.ts";

const create = async (): Promise<StoreFixture> => {
  const directory = await mkdtemp(join(tmpdir(), "ets-zoho-"));
  const database = createDatabase(sqlite({ path: join(directory, "tokens.sqlite") }));
  const storage = createStorage({ driver: db0Driver({ database }) });
  return {
    open: () => createUnstorageTokenStore(storage, { secret: SECRET }),
    dispose: async () => {
      await database.dispose();
      await rm(directory, { recursive: true, force: true });
    },
  };
};

zohoSdkSuite("SQLite", create);
zohoSdkV2Suite("SQLite", create);
