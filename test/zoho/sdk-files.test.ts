import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createStorage } from "unstorage";
import { atomicFsDriver } from "../../src/backends/unstorage/atomic-fs/index.ts";
import { createUnstorageTokenStore } from "../../src/backends/unstorage/index.ts";
import { SECRET } from "../conformance/unstorage-fixture.ts";
import type { StoreFixture } from "./sdk-fixture.ts";
import { zohoSdkSuite } from "./sdk-suite.ts";
import { zohoSdkV2Suite } from "./sdk-v2-suite.ts";

const create = async (): Promise<StoreFixture> => {
  const base = await mkdtemp(join(tmpdir(), "ets-zoho-"));
  const storage = createStorage({ driver: atomicFsDriver({ base }) });
  return {
    open: () => createUnstorageTokenStore(storage, { secret: SECRET }),
    dispose: () => rm(base, { recursive: true, force: true }),
  };
};

zohoSdkSuite("files", create);
zohoSdkV2Suite("files", create);
