import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { createStorage } from "unstorage";
import cloudflareKVBindingDriver from "unstorage/drivers/cloudflare-kv-binding";
import { expect, it } from "vitest";
import { createDurableObjectTokenStore } from "../../src/backends/durable-object/index.ts";
import type { ObjectContext } from "../../src/backends/durable-object/object-storage.ts";
import { createUnstorageTokenStore } from "../../src/backends/unstorage/index.ts";
import { createDurableObjectLock } from "../../src/locks/index.ts";
import { unique } from "../conformance/fixture.ts";
import { SECRET } from "../conformance/unstorage-fixture.ts";
import { OwnObjects } from "../support/durable-objects.ts";
import { asFile, countOperations } from "../support/operations.ts";
import type { Operations } from "../support/operations.ts";

type Method = (...args: unknown[]) => unknown;

const LEAN = ["account", "refresh"] as const;

it.each([
  ["all look-ups", "kv", {}],
  ["two look-ups", "kv-lean", { lookups: LEAN }],
])("costs on Workers KV with %s the operations that docs/scale.md counts", async (_, file, options) => {
  let counts: Record<string, number> = {};
  const binding = new Proxy(env.KV as unknown as Record<string, Method>, {
    get: (kv, name: string) => {
      const method = kv[name];
      if (typeof method !== "function") return method;
      return (...args: unknown[]): unknown => {
        const add = (operation: string, count = 1): void => void (counts[operation] = (counts[operation] ?? 0) + count);
        if (name.startsWith("get")) {
          add("get");
          // A bulk read is one request of an invocation's, but is billed by its keys.
          add("key read", Array.isArray(args[0]) ? args[0].length : 1);
        } else add(name);
        return method.apply(kv, args);
      };
    },
  });
  const storage = createStorage({ driver: cloudflareKVBindingDriver({ binding: binding as never, base: unique() }) });
  const during = async (task: () => Promise<unknown>): Promise<Operations> => {
    counts = {};
    await task();
    return counts;
  };
  const counted = await countOperations(createUnstorageTokenStore(storage, { secret: SECRET, ...options }), during, options);
  await expect(asFile(counted)).toMatchFileSnapshot(`../../bench/results/operations-${file}.json`);
});

/** What a statement read and wrote, as it is billed (https://developers.cloudflare.com/durable-objects/platform/pricing/). */
type Cursor = Iterable<unknown> & { readonly rowsRead: number; readonly rowsWritten: number };

it.each([1, 4])("costs on %i Durable Objects the requests and rows that docs/scale.md counts", async (shard) => {
  const objects = new OwnObjects();
  let counts = { request: 0, "row read": 0, "row written": 0 };
  const counting = objects.through((call) => {
    counts.request++;
    return call();
  });
  const watched = new Set<string>();
  const watch = async (): Promise<void> => {
    for (const name of objects.names) {
      if (watched.has(name)) continue;
      watched.add(name);
      await runInDurableObject(objects.stub(name), (_, { storage: { sql } }: ObjectContext) => {
        const execute = sql.exec.bind(sql) as unknown as (...args: unknown[]) => Cursor;
        Object.assign(sql, {
          exec: (...args: unknown[]) => {
            const cursor = execute(...args);
            const rows = [...cursor];
            counts["row read"] += cursor.rowsRead;
            counts["row written"] += cursor.rowsWritten;
            return rows;
          },
        });
      });
    }
  };
  const store = createDurableObjectTokenStore(counting, { secret: SECRET, shard });
  const during = async (task: () => Promise<unknown>): Promise<Operations> => {
    await watch();
    counts = { request: 0, "row read": 0, "row written": 0 };
    await task();
    return counts;
  };
  const counted = await countOperations(store, during, { lock: createDurableObjectLock(counting) });
  await expect(asFile(counted)).toMatchFileSnapshot(`../../bench/results/operations-durable-object-${shard}.json`);
});
