import type { Cluster, Redis } from "ioredis";

/** Every key, or every one that the pattern tells, and its value, by name. */
export async function dumpRedis(client: Redis | Cluster, pattern = "*"): Promise<Map<string, string>> {
  const nodes = client.isCluster ? (client as Cluster).nodes("master") : [client];
  const keys = (await Promise.all(nodes.map((node) => node.keys(pattern)))).flat().sort();
  const values = await Promise.all(keys.map((key) => client.get(key)));
  return new Map(keys.map((key, position) => [key, values[position] ?? ""]));
}

/** What is wrong with the pointers of all namespaces, by a look at the raw keys: nothing is, where both are empty. */
export function checkPointers(dump: ReadonlyMap<string, string>): { dangling: string[]; missing: string[] } {
  const dangling: string[] = [];
  const missing: string[] = [];
  const present = new Set<string>();
  for (const [key, text] of dump) {
    const [, root, field, digest] = /^(.*:)x:([a-z]+):([0-9a-f]{32})$/.exec(key) ?? [];
    if (digest === undefined) continue;
    for (const pointer of (JSON.parse(text) as { pointers: { key: string }[] }).pointers) {
      const record = JSON.parse(dump.get(`${root}r:${pointer.key}`) ?? "null") as { index: Record<string, string> } | null;
      if (record?.index[field!] === digest) present.add(`${key} ${pointer.key}`);
      else dangling.push(`${key} ${pointer.key}`);
    }
  }
  for (const [key, text] of dump) {
    const [, root, digest] = /^(.*:)r:([0-9a-f]{32})$/.exec(key) ?? [];
    if (digest === undefined) continue;
    for (const [field, value] of Object.entries((JSON.parse(text) as { index: Record<string, string> }).index)) {
      const pointer = `${root}x:${field}:${value} ${digest}`;
      if (!present.has(pointer)) missing.push(pointer);
    }
  }
  return { dangling, missing };
}
