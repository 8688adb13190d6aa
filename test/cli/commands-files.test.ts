import { join } from "node:path";
import { atomicFsDriver } from "../../src/backends/unstorage/atomic-fs/index.ts";
import { fillStore } from "../support/fill-store.ts";
import { cliSuite } from "./commands-suite.ts";

cliSuite("files", async (directory) => ({
  address: join(directory, "tokens"),
  save: (tokens) => fillStore(atomicFsDriver({ base: join(directory, "tokens") }), tokens),
  dispose: () => Promise.resolve(),
}));
