import type { NativeAccess, NativeParts } from "../native-access.ts";
import type { KVBinding } from "./binding.ts";

/** The binding of Workers KV, which lists better than the driver does. */
export async function detectKVListing(instance: unknown, parts: NativeParts): Promise<NativeAccess | undefined> {
  if (!isKVBinding(instance)) return undefined;
  // Loaded only where there is one, and only by listings.
  const { listingBy } = await import("./listing.ts");
  return listingBy(instance, parts);
}

/** The same, which gives all pointers of a commit at once. */
export async function detectKVPointers(instance: unknown, parts: NativeParts): Promise<NativeAccess | undefined> {
  if (!isKVBinding(instance)) return undefined;
  const { pointerReadsBy } = await import("./pointer-reads.ts");
  return pointerReadsBy(instance, parts);
}

function isKVBinding(instance: unknown): instance is KVBinding {
  const { get, list, getWithMetadata } = instance as Partial<KVBinding>;
  return [get, list, getWithMetadata].every((method) => typeof method === "function");
}
