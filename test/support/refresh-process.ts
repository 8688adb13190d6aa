// Run as a process of its own: node --import source-crypto.ts refresh-process.ts <redis> <token endpoint> <calls> <lease>
import { once } from "node:events";
import { Redis } from "ioredis";
import { createStorage } from "unstorage";
import redisDriver from "unstorage/drivers/redis";
import { createUnstorageTokenStore } from "../../src/backends/unstorage/index.ts";
import { createRedisLock } from "../../src/locks/index.ts";
import { createTokenRefresher } from "../../src/refresh/index.ts";

const [redis = "", endpoint = "", calls, leaseMs] = process.argv.slice(2);
const store = createUnstorageTokenStore(createStorage({ driver: redisDriver({ url: redis }) }), { secret: "x".repeat(32) });
const refresher = createTokenRefresher({
  store,
  lock: createRedisLock(new Redis(redis), { leaseMs: Number(leaseMs) }),
  refresh: ({ refreshToken }, { signal }) =>
    fetch(endpoint, { method: "POST", signal, body: new URLSearchParams({ refresh_token: refreshToken!, pid: String(process.pid) }) }),
});
// All is loaded and connected before the start, so that the processes ask at once.
await store.findToken({ userName: "ann", clientId: "c" });
process.stdout.write("ready\n");
await once(process.stdin, "data");
const answers = Array.from({ length: Number(calls) }, () =>
  refresher.getAccessToken({ userName: "ann", clientId: "c" }).catch((error: { code?: string }) => error.code ?? "no code"),
);
process.stdout.write(`${JSON.stringify(await Promise.all(answers))}\n`, () => process.exit());
