import { join } from "node:path";
import type { Driver } from "unstorage";
import denoKVNodeDriver from "unstorage/drivers/deno-kv-node";
import { dumpDriver } from "../place.ts";
import type { StartedEngine } from "../place.ts";
import { folderPlace } from "./folder.ts";

export async function start(): Promise<StartedEngine> {
  return {
    create: () =>
      folderPlace((folder) => {
        const drivers: Driver[] = [];
        return {
          driver() {
            const driver = denoKVNodeDriver({ path: join(folder, "kv.sqlite") });
            drivers.push(driver);
            return driver;
          },
          dump: () => dumpDriver(drivers[0]!),
          dispose: async () => void (await Promise.all(drivers.map((driver) => driver.dispose?.()))),
        };
      }),
    unreachable: async () => denoKVNodeDriver({ path: "/dev/null/kv.sqlite" }),
  };
}
