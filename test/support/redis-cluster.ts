import { Redis } from "ioredis";
import { freePort } from "./free-port.ts";
import { RedisServer } from "./redis.ts";

const SLOTS = 16_384;
const MASTERS = 3;
const LONGEST_WAIT_MS = 30_000;

/** Three masters of the test's own, each with a third of the slots. */
export class RedisClusterServers {
  readonly servers: readonly RedisServer[];

  readonly #clients: readonly Redis[];

  private constructor(servers: readonly RedisServer[], clients: readonly Redis[]) {
    this.servers = servers;
    this.#clients = clients;
  }

  /** @param options of each redis-server, as on its command line */
  static async start(...options: string[]): Promise<RedisClusterServers> {
    const buses = await Promise.all(Array.from({ length: MASTERS }, freePort));
    const servers = await Promise.all(
      buses.map((bus) =>
        RedisServer.start("--cluster-enabled", "yes", "--cluster-node-timeout", "2000", "--cluster-port", String(bus), ...options),
      ),
    );
    const clients = servers.map(({ url }) => new Redis(url).on("error", () => {}));
    for (const [position, client] of clients.entries()) {
      const first = Math.ceil((position * SLOTS) / MASTERS);
      const next = Math.ceil(((position + 1) * SLOTS) / MASTERS);
      await client.call("CLUSTER", "ADDSLOTSRANGE", first, next - 1);
      await client.call("CLUSTER", "SET-CONFIG-EPOCH", position + 1);
      if (position > 0) await client.call("CLUSTER", "MEET", "127.0.0.1", servers[0]!.port, buses[0]!);
    }
    const ready = async (client: Redis): Promise<boolean> => /state:ok[^]*known_nodes:3/.test(String(await client.call("CLUSTER", "INFO")));
    const deadline = Date.now() + LONGEST_WAIT_MS;
    while (!(await Promise.all(clients.map(ready))).every(Boolean)) {
      if (Date.now() > deadline) throw new Error("The cluster did not form.");
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    return new RedisClusterServers(servers, clients);
  }

  /** As ioredis takes them. */
  get nodes(): { host: string; port: number }[] {
    return this.servers.map(({ port }) => ({ host: "127.0.0.1", port }));
  }

  async flush(): Promise<void> {
    await Promise.all(this.#clients.map((client) => client.flushall()));
  }

  async dispose(): Promise<void> {
    for (const client of this.#clients) client.disconnect();
    await Promise.all(this.servers.map((server) => server.dispose()));
  }
}
