import memoryDriver from "unstorage/drivers/memory";
import type { StartedEngine } from "../place.ts";

export async function start(): Promise<StartedEngine> {
  return { create: async () => ({ driver: () => memoryDriver() }) };
}
