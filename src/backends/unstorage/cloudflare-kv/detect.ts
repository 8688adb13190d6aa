import type { NativeAccess, NativeParts } from "../native-access.ts";

/** What is used of a `KVNamespace`. */
export interface KVBinding {
  get(key: string): Promise<string | null>;
  get(keys: string[]): Promise<Map<string, string | null>>;
  list(options: { prefix: string; cursor?: string }): Promise<{ keys: { name: string }[]; list_complete: boolean; cursor?: string }>;
  getWithMetadata: unknown;
}

/** The binding of Workers KV, which lists better than the driver does. */
export async function detectCloudflareKV(instance: unknown, parts: NativeParts): Promise<NativeAccess | undefined> {
  if (!isKVBinding(instance)) return undefined;
  // Loaded only where there is one, and only by listings.
  const { listingBy } = await import("./listing.ts");
  return listingBy(instance, parts);
}

function isKVBinding(instance: unknown): instance is KVBinding {
  const { get, list, getWithMetadata } = instance as Partial<KVBinding>;
  return [get, list, getWithMetadata].every((method) => typeof method === "function");
}
