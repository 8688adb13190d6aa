import type { Driver } from "unstorage";
import type { Capabilities } from "../../backend.ts";

type DriverFacts = Pick<Capabilities, "consistency" | "durable" | "ttl" | "persistent"> & Partial<Pick<Capabilities, "atomic">>;

const SERVER: DriverFacts = { consistency: "strong", durable: true, ttl: false, persistent: true };
const CLOUDFLARE_KV: DriverFacts = { consistency: "eventual", durable: true, ttl: true, persistent: true };
// Written in place, without fsync: a crash in the middle leaves an empty or torn file.
const TORN_BY_A_CRASH: DriverFacts = { consistency: "strong", durable: false, ttl: false, persistent: true };
const IN_PROCESS: DriverFacts = { consistency: "strong", durable: false, ttl: false, persistent: false };
/** Nothing is promised of a driver that this table does not know. */
const UNKNOWN: DriverFacts = { consistency: "eventual", durable: false, ttl: false, persistent: false };

/**
 * What unstorage's drivers promise; they don't tell themselves. `durable` on a server means: as durable
 * as that server is set up to be (for Redis, `appendonly yes`).
 */
const DRIVERS: Readonly<Record<string, DriverFacts>> = {
  memory: IN_PROCESS,
  "lru-cache": IN_PROCESS,
  redis: { ...SERVER, ttl: true, atomic: true },
  "cloudflare-kv-binding": CLOUDFLARE_KV,
  "cloudflare-kv-http": CLOUDFLARE_KV,
  fs: TORN_BY_A_CRASH,
  "fs-lite": TORN_BY_A_CRASH,
  "atomic-fs": { consistency: "strong", durable: true, ttl: true, persistent: true },
  db0: SERVER,
  s3: SERVER,
  "cloudflare-r2-binding": SERVER,
  "azure-storage-blob": SERVER,
  "deno-kv": SERVER,
  // It does not tell whether it was given a path; without one it keeps everything in memory.
  "deno-kv-node": IN_PROCESS,
  // Browsers write these to the disk some time later.
  localstorage: TORN_BY_A_CRASH,
  "idb-keyval": TORN_BY_A_CRASH,
  // Of this tab alone.
  "session-storage": IN_PROCESS,
};

/** https://docs.deno.com/deploy/kv/manual/#limits: 64 KiB, less what serialisation puts around. */
const DENO_KV_VALUE_BYTES = 65_536 - 16;

/** The longest text that the driver's storage takes as one value; undefined where it is longer than any token. */
export function longestValueBytes({ name }: Driver): number | undefined {
  return name === "deno-kv" || name === "deno-kv-node" ? DENO_KV_VALUE_BYTES : undefined;
}

interface RedisDriverOptions {
  readonly cluster?: unknown;
  readonly clusterOptions?: { readonly scaleReads?: unknown };
  readonly ttl?: unknown;
}

/**
 * No driver writes several keys in one step, or compares before it writes; `atomic` are those whose client does,
 * as far as can be told before it was asked. What lies under the driver may know better, once it was used.
 */
export function driverCapabilities({ name, options }: Driver, hashTag: boolean): Omit<Capabilities, "sealed"> {
  const { atomic = false, ...facts } = name !== undefined && Object.hasOwn(DRIVERS, name) ? DRIVERS[name]! : UNKNOWN;
  const { cluster, clusterOptions, ttl } = (options ?? {}) as RedisDriverOptions;
  const inOneStep = name !== "redis" || ((hashTag || !cluster) && !ttl);
  // A replica may lag behind its master.
  const lags = name === "redis" && cluster && (clusterOptions?.scaleReads ?? "master") !== "master";
  return { engine: name ?? "unstorage", atomic: atomic && inOneStep, ...facts, ...(lags ? { consistency: "eventual" } : {}) };
}
