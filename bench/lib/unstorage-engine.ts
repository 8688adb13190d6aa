import { createStorage } from "unstorage";
import type { Driver, Storage } from "unstorage";
import { createUnstorageTokenStore } from "../../dist/backends/unstorage/index.js";
import type { Operations } from "./comparison.ts";
import { benchToken, fill, SECRET } from "./tokens.ts";
import type { RawStorage, Usage, WorkloadEngine } from "./workloads.ts";

interface Options extends Pick<WorkloadEngine, "calls" | "without" | "large"> {
  /** A connection of its own to the one storage, and how to end it. */
  connect(): { driver: Driver; close?: () => Promise<unknown> };
  usage?: (namespace: string, storage: Storage) => Promise<Usage>;
}

/** An engine under unstorage, with the tokens of the long list in it. */
export async function unstorageEngine({ connect, usage = payload, calls, without = [], large }: Options): Promise<WorkloadEngine> {
  const storage = createStorage({ driver: connect().driver });
  const open = (over: Storage) => (namespace: string) => createUnstorageTokenStore(over, { secret: SECRET, namespace });
  const store = open(storage)("large");
  await fill(large, (number) => store.saveToken(benchToken(number)));
  return {
    large,
    calls,
    without,
    open: open(storage),
    raw: rawOf(storage),
    usage: (namespace) => usage(namespace, storage),
    recordKeys: (namespace) => recordKeys(storage, namespace),
    async once(find) {
      const { driver, close } = connect();
      const own = createStorage({ driver });
      await find(open(own), rawOf(own));
      await close?.();
    },
  };
}

export async function recordKeys(storage: Storage, namespace: string): Promise<string[]> {
  const keys = await storage.getKeys(`${namespace}:r`);
  return keys.filter((key) => !key.endsWith(":keys"));
}

function rawOf(storage: Storage): RawStorage {
  return {
    get: (key) => storage.getItem(key),
    set: (key, value) => storage.setItem(key, value as Record<string, string>),
    remove: (key) => storage.removeItem(key),
    list: async (base) => storage.getItems(await recordKeys(storage, base)),
    removeAll: async (base) => Promise.all((await storage.getKeys(base)).map((key) => storage.removeItem(key))),
  };
}

async function payload(namespace: string, storage: Storage): Promise<Usage> {
  const keys = await storage.getKeys(namespace);
  const texts = await Promise.all(keys.map(async (key) => JSON.stringify(await storage.getItem(key))));
  return { keys: keys.length, bytes: [...keys, ...texts].reduce((sum, text) => sum + Buffer.byteLength(text), 0) };
}

const DRIVER_CALLS = {
  getItem: "read",
  getItems: "batch",
  hasItem: "read",
  setItem: "write",
  removeItem: "remove",
  getKeys: "list",
} as const;

/** The driver's calls while the task runs; the driver is left alone otherwise. */
export async function driverCalls(driver: Driver, task: () => Promise<unknown>): Promise<Operations> {
  const methods = driver as unknown as Record<string, ((...args: unknown[]) => unknown) | undefined>;
  const counts: Record<string, number> = {};
  const originals = Object.entries(DRIVER_CALLS).flatMap(([name, kind]) => {
    const original = methods[name];
    if (!original) return [];
    methods[name] = (...args) => {
      counts[kind] = (counts[kind] ?? 0) + 1;
      return original(...args);
    };
    return [[name, original] as const];
  });
  await task();
  for (const [name, original] of originals) methods[name] = original;
  return counts;
}
