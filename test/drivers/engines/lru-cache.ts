import lruCacheDriver from "unstorage/drivers/lru-cache";
import type { StartedEngine } from "../place.ts";

export async function start(): Promise<StartedEngine> {
  return { create: async () => ({ driver: () => lruCacheDriver({}) }) };
}
