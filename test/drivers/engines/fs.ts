import fsDriver from "unstorage/drivers/fs";
import type { StartedEngine } from "../place.ts";
import { folderEngine } from "./folder.ts";

export async function start(): Promise<StartedEngine> {
  return folderEngine((base) => fsDriver({ base }));
}
