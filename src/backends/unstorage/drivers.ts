import type { Capabilities } from "../../backend.ts";

type DriverFacts = Pick<Capabilities, "consistency" | "durable" | "ttl" | "persistent">;

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
  redis: { ...SERVER, ttl: true },
  "cloudflare-kv-binding": CLOUDFLARE_KV,
  "cloudflare-kv-http": CLOUDFLARE_KV,
  fs: TORN_BY_A_CRASH,
  "fs-lite": TORN_BY_A_CRASH,
  "atomic-fs": { consistency: "strong", durable: true, ttl: true, persistent: true },
  db0: SERVER,
};

/**
 * Writes of several keys are not atomic in any driver, and none compares before it writes; so `atomic`
 * is false throughout. What lies under the driver may know better, once it was used.
 */
export function driverCapabilities(name: string | undefined): Omit<Capabilities, "sealed"> {
  const facts = name !== undefined && Object.hasOwn(DRIVERS, name) ? DRIVERS[name]! : UNKNOWN;
  return { engine: name ?? "unstorage", atomic: false, ...facts };
}
