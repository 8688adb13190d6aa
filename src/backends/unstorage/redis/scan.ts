import { isCluster } from "./client.ts";
import type { RedisCluster, RedisNode } from "./client.ts";

/** How many slots a SCAN looks at, where Redis by default looks at 10: a hundredth of the trips. */
const SCAN_COUNT = 1000;

/**
 * Every key that begins so. On a cluster each master is asked for its own, where the driver asks one and
 * takes that for all.
 */
export async function scanKeys(client: RedisNode | RedisCluster, prefix: string): Promise<string[]> {
  const hidden = client.options?.keyPrefix ?? "";
  const pattern = `${escapeGlob(hidden + prefix)}*`;
  const nodes = isCluster(client) ? await mastersOf(client, prefix) : [client];
  // A key can be met twice, also while a slot moves from one master to another.
  const keys = new Set<string>();
  await Promise.all(
    nodes.map(async (node) => {
      let cursor = "0";
      do {
        const [next, found] = await node.scan(cursor, "MATCH", pattern, "COUNT", SCAN_COUNT);
        for (const key of found) keys.add(key.slice(hidden.length));
        cursor = next;
      } while (cursor !== "0");
    }),
  );
  return [...keys];
}

/** All of them or an error: of a cluster that is not whole, some would be a part that looks like the whole. */
async function mastersOf(cluster: RedisCluster, anyKey: string): Promise<RedisNode[]> {
  // Before the first command has gone through, the client may not know its nodes yet.
  await cluster.get(anyKey);
  const masters = cluster.nodes("master");
  const info = (await masters[0]?.cluster("INFO")) ?? "";
  const size = Number(/^cluster_size:(\d+)/m.exec(info)?.[1] ?? Infinity);
  if (!/^cluster_state:ok/m.test(info) || masters.length < size) {
    throw new Error("CLUSTERDOWN not all masters can be asked");
  }
  return masters;
}

function escapeGlob(text: string): string {
  return text.replace(/[\\*?[\]^-]/g, "\\$&");
}
