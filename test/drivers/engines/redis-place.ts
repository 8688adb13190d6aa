import type { Cluster, Redis } from "ioredis";
import type { Driver } from "unstorage";
import { dumpRedis } from "../../support/redis-dump.ts";
import type { Place } from "../place.ts";

/** ioredis prints an error that nobody listens for. The calls fail with it all the same. */
export async function clientOf(driver: Driver): Promise<Redis | Cluster> {
  const client = (await driver.getInstance!()) as Redis | Cluster;
  return client.on("error", () => {});
}

/** A place in a storage that was emptied. */
export async function redisPlace(driverOf: () => Driver): Promise<Place & { client: Redis | Cluster }> {
  const client = await clientOf(driverOf());
  const drivers: Driver[] = [];
  return {
    client,
    driver() {
      const driver = driverOf();
      drivers.push(driver);
      return driver;
    },
    async dump() {
      const entries = [...(await dumpRedis(client))].flat();
      return entries.map((text) => new TextEncoder().encode(text));
    },
    async dispose() {
      client.disconnect();
      for (const driver of drivers) await driver.dispose?.();
    },
  };
}
