import fsLiteDriver from "unstorage/drivers/fs-lite";
import type { StartedEngine } from "../place.ts";
import { folderEngine } from "./folder.ts";

export async function start(): Promise<StartedEngine> {
  return folderEngine((base) => fsLiteDriver({ base }));
}
