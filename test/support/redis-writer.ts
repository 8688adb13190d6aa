// Run as a process of its own: node redis-writer.ts <url> <namespace> <name> <first number> <how many> <how many accounts>
import type { Redis } from "ioredis";
import { createStorage } from "unstorage";
import redisDriver from "unstorage/drivers/redis";
import { createUnstorageTokenStore } from "../../src/backends/unstorage/index.ts";
import { numberedToken, WRITER_SECRET } from "./redis-writers.ts";

const [url = "", namespace = "", name = "", first, count, accounts] = process.argv.slice(2);
const driver = redisDriver({ url, connectionName: namespace });
// The server may be killed first.
(driver.getInstance as () => Redis)().on("error", () => {});
const storage = createStorage({ driver });
const store = createUnstorageTokenStore(storage, { secret: WRITER_SECRET, namespace });
for (let number = Number(first); number < Number(first) + Number(count); number++) {
  await store.saveToken(numberedToken(name, number, Number(accounts)));
  // Waited for: when nobody reads for a while, what is written stays in this process, and would die with it.
  await new Promise((resolve) => process.stdout.write(`${number}\n`, resolve));
}
await storage.dispose();
