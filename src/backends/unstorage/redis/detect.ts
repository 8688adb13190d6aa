import type { NativeAccess, NativeParts } from "../native-access.ts";
import { isRedisClient } from "./client.ts";

/** A client of ioredis, or of its kin. */
export async function detectRedis(instance: unknown, parts: NativeParts): Promise<NativeAccess | undefined> {
  if (!isRedisClient(instance)) return undefined;
  // The driver's TTL is its user's wish, for each key alone: only the driver can fulfil it.
  if ((parts.driver.options as { ttl?: number } | undefined)?.ttl) return undefined;
  // Loaded only where there is one: a Worker on another storage has no use for it.
  const { accessTo } = await import("./access.ts");
  return accessTo(instance, parts);
}
