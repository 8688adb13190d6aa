import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { atomicFsDriver } from "../../src/backends/unstorage/atomic-fs/index.ts";
import { tokenStoreSuite } from "../conformance/token-store-suite.ts";
import { unstorageFixture } from "../conformance/unstorage-fixture.ts";
import { readFiles } from "../support/read-files.ts";

tokenStoreSuite({
  name: "atomicFsDriver",
  shared: true,
  async create() {
    const base = await mkdtemp(join(tmpdir(), "ets-fs-"));
    const fixture = unstorageFixture(atomicFsDriver({ base }), () => readFiles(base), { nested: false });
    return {
      ...fixture,
      async dispose() {
        await fixture.dispose();
        await rm(base, { recursive: true, force: true });
      },
    };
  },
});
