import { once } from "node:events";
import { connect, createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createRedisLock } from "../../src/locks/index.ts";
import { unique } from "../conformance/fixture.ts";
import { RedisServer } from "../support/redis.ts";
import { lockSuite } from "./lock-suite.ts";

let server: RedisServer;
let clients: [Redis, Redis];

beforeAll(async () => {
  server = await RedisServer.start();
  clients = [new Redis(server.url), new Redis(server.url)];
});
afterAll(async () => {
  for (const client of clients) client.disconnect();
  await server.dispose();
});

lockSuite({
  name: "Redis",
  fair: false,
  create: async () => {
    const prefix = unique();
    return { locks: [createRedisLock(clients[0], { prefix }), createRedisLock(clients[1], { prefix })] };
  },
});

/** A way to the server on which the answer to the first command with that key is lost, and the connection with it. */
async function lossyWay(key: string): Promise<{ port: number; isAnswerLost: () => boolean; close: () => void }> {
  let isLost = false;
  const way = createServer((client) => {
    const onward = connect(server.port, "127.0.0.1");
    onward.on("data", (answer) => client.write(answer));
    client.on("data", (command) => {
      if (!isLost && command.includes(key)) {
        isLost = true;
        onward.removeAllListeners("data").once("data", () => client.destroy());
      }
      onward.write(command);
    });
    client.on("close", () => onward.destroy());
  }).listen(0, "127.0.0.1");
  await once(way, "listening");
  return { port: (way.address() as AddressInfo).port, isAnswerLost: () => isLost, close: () => void way.close() };
}

/** So long that a busy machine does not keep its holder from renewing it. */
const LEASE_MS = 3000;

describe("createRedisLock", () => {
  it("grants it within one process in the order of asking, and lets only the first ask Redis", async () => {
    const [client] = clients;
    const prefix = unique();
    const lock = createRedisLock(client, { prefix });
    const order: number[] = [];
    const requests = Array.from({ length: 20 }, (_, number) => lock.request("a", {}, async () => void order.push(number)));
    await Promise.all(requests);
    expect(order).toEqual(Array.from({ length: 20 }, (_, number) => number));
  });

  it("renews it while it is held, and frees it within the lease of a holder that died", async () => {
    const prefix = unique();
    const [mortal, other] = [new Redis(server.url), createRedisLock(clients[1], { prefix, leaseMs: LEASE_MS })];
    const dying = createRedisLock(mortal, { prefix, leaseMs: LEASE_MS });
    let end = (): void => {};
    void dying.request("a", {}, () => new Promise<void>((resolve) => (end = resolve))).catch(() => {});
    await expect.poll(() => clients[0].exists(`${prefix}lock:a`)).toBe(1);
    await expect(other.request("a", { timeoutMs: 2.5 * LEASE_MS }, async () => {})).rejects.toMatchObject({ code: "ERR_LOCK_TIMEOUT" });
    mortal.disconnect();
    expect(await other.request("a", { timeoutMs: 60_000 }, async () => "free")).toBe("free");
    // A lock that is held keeps its process alive.
    end();
  });

  it("does not release another's, when it ran out while its holder was suspended", async () => {
    const prefix = unique();
    const [first, second] = [createRedisLock(clients[0], { prefix }), createRedisLock(clients[1], { prefix })];
    let letGo = (): void => {};
    const holding = first.request("a", {}, () => new Promise<void>((resolve) => (letGo = resolve)));
    await expect.poll(() => clients[0].exists(`${prefix}lock:a`)).toBe(1);
    // As if its lease had run out.
    await clients[0].del(`${prefix}lock:a`);
    let letGoToo = (): void => {};
    const holdingToo = second.request("a", {}, () => new Promise<void>((resolve) => (letGoToo = resolve)));
    await expect.poll(() => clients[0].exists(`${prefix}lock:a`)).toBe(1);
    letGo();
    await holding;
    expect(await clients[0].exists(`${prefix}lock:a`)).toBe(1);
    letGoToo();
    await holdingToo;
    expect(await clients[0].exists(`${prefix}lock:a`)).toBe(0);
  });

  it("does not renew another's, when it ran out while its holder was suspended", async () => {
    const prefix = unique();
    const lock = createRedisLock(clients[0], { prefix, leaseMs: LEASE_MS });
    let letGo = (): void => {};
    const holding = lock.request("a", {}, () => new Promise<void>((resolve) => (letGo = resolve)));
    await expect.poll(() => clients[0].exists(`${prefix}lock:a`)).toBe(1);
    // As if its lease had run out, and the next holder had died.
    await clients[0].set(`${prefix}lock:a`, "another", "PX", 1.5 * LEASE_MS);
    await new Promise((resolve) => setTimeout(resolve, 2 * LEASE_MS));
    expect(await clients[0].exists(`${prefix}lock:a`)).toBe(0);
    letGo();
    await holding;
  });

  it("leaves nothing in Redis that has no time limit", async () => {
    const prefix = unique();
    const lock = createRedisLock(clients[0], { prefix });
    await lock.notes!.write("n", "text", 5000);
    await lock.request("a", {}, async () => {
      for (const key of await clients[0].keys(`${prefix}*`)) expect(await clients[0].pttl(key)).toBeGreaterThan(0);
    });
    expect(await clients[0].keys(`${prefix}*`)).toEqual([`${prefix}note:n`]);
  });

  it("knows its own lock where the answer was lost and the client asks again", async () => {
    const prefix = unique();
    const key = `${prefix}lock:a`;
    const way = await lossyWay(key);
    const client = new Redis(way.port, "127.0.0.1", { retryStrategy: () => 10 });
    client.on("error", () => {});
    try {
      const lock = createRedisLock(client, { prefix, leaseMs: 600_000 });
      expect(await lock.request("a", { timeoutMs: 5000 }, async () => "held")).toBe("held");
      expect(way.isAnswerLost()).toBe(true);
      expect(await clients[0].exists(key)).toBe(0);
    } finally {
      client.disconnect();
      way.close();
    }
  });

  it("does not wait longer than its limit for a Redis that is gone, and takes the lock no more when it comes back", async () => {
    const own = await RedisServer.start();
    const client = new Redis(own.url, { maxRetriesPerRequest: null, retryStrategy: () => 50 });
    client.on("error", () => {});
    try {
      const lock = createRedisLock(client, { leaseMs: 60_000 });
      expect(await lock.request("a", {}, async () => "held")).toBe("held");
      await own.stop("SIGKILL");
      await expect(lock.request("a", { timeoutMs: 300 }, async () => {})).rejects.toMatchObject({ code: "ERR_LOCK_TIMEOUT" });
      await own.start();
      expect(await lock.request("a", { timeoutMs: 20_000 }, async () => "again")).toBe("again");
    } finally {
      client.disconnect();
      await own.dispose();
    }
  });

  it("takes a lease of parts of a millisecond, which Redis does not know", async () => {
    expect(await createRedisLock(clients[0], { prefix: unique(), leaseMs: 1000.5 }).request("a", {}, async () => "held")).toBe("held");
  });

  it("tells a failing Redis from a busy lock, and quotes nothing of it", async () => {
    const client = new Redis(server.url);
    await client.ping();
    client.disconnect();
    const error: unknown = await createRedisLock(client, { prefix: "secret" })
      .request("a", { timeoutMs: 5000 }, async () => {})
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "ERR_STORE_UNAVAILABLE" });
    expect(String(error) + String((error as Error).cause)).not.toContain("secret");
  });

  it.each<[string, unknown, object]>([
    ["a client that is none", {}, {}],
    ["a lease of 0", undefined, { leaseMs: 0 }],
    ["a lease that outlasts ten minutes", undefined, { leaseMs: 600_001 }],
    ["an unknown option", undefined, { ttl: 1 }],
  ])("refuses %s", (_name, client, options) => {
    expect(() => createRedisLock((client ?? clients[0]) as Redis, options)).toThrow(
      expect.objectContaining({ code: "ERR_OPTION_INVALID" }),
    );
  });
});
