import { atomicFsDriver } from "../../../src/backends/unstorage/atomic-fs/index.ts";
import type { StartedEngine } from "../place.ts";
import { folderEngine } from "./folder.ts";

export async function start(): Promise<StartedEngine> {
  return folderEngine((base) => atomicFsDriver({ base }));
}
