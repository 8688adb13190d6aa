import type { Driver } from "unstorage";
import indexedDBDriver from "unstorage/drivers/indexedb";
import localStorageDriver from "unstorage/drivers/localstorage";
import sessionStorageDriver from "unstorage/drivers/session-storage";
import type { StartedEngine } from "./place.ts";

const DATABASE = { dbName: "tokens", storeName: "tokens" };

/** The drivers of a page, each over the one storage of its origin. */
export const PAGE_DRIVERS: Readonly<Record<string, () => Driver>> = {
  indexedb: () => indexedDBDriver(DATABASE),
  localstorage: () => localStorageDriver({}),
  "session-storage": () => sessionStorageDriver({}),
};

export function pageEngine(id: string): StartedEngine {
  const driverOf = PAGE_DRIVERS[id]!;
  return {
    async create() {
      const driver = driverOf();
      await driver.clear!("", {});
      return { driver: driverOf, dispose: async () => driver.clear!("", {}) };
    },
  };
}
