import memoryDriver from "unstorage/drivers/memory";
import overlayDriver from "unstorage/drivers/overlay";
import { dumpDriver } from "../place.ts";
import type { StartedEngine } from "../place.ts";

export async function start(): Promise<StartedEngine> {
  return {
    async create() {
      const top = memoryDriver();
      return { driver: () => overlayDriver({ layers: [top, memoryDriver()] }), dump: () => dumpDriver(top) };
    },
  };
}
