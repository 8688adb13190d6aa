import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createStorage } from "unstorage";
import httpDriver from "unstorage/drivers/http";
import memoryDriver from "unstorage/drivers/memory";
import { createStorageServer } from "unstorage/server";
import { freePort } from "../../support/free-port.ts";
import { dumpDriver } from "../place.ts";
import type { StartedEngine } from "../place.ts";

export async function start(): Promise<StartedEngine> {
  return {
    async create() {
      const memory = memoryDriver();
      const server = createServer(createStorageServer(createStorage({ driver: memory })).handle).listen(0, "127.0.0.1");
      await once(server, "listening");
      return {
        driver: () => httpDriver({ base: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }),
        dump: () => dumpDriver(memory),
        async dispose() {
          server.closeAllConnections();
          server.close();
          await once(server, "close");
        },
      };
    },
    unreachable: async () => httpDriver({ base: `http://127.0.0.1:${await freePort()}` }),
  };
}
