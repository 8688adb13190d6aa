import type { NativeDetector } from "../native-access.ts";
import type { KVBinding } from "./binding.ts";

/** The binding of Workers KV, in one of the ways in which it does better than the driver; loaded only where there is one. */
export function detectCloudflareKV(by: "listingBy" | "pointerReadsBy"): NativeDetector {
  return async (instance, parts) => (isKVBinding(instance) ? (await import("./access.ts"))[by](instance, parts) : undefined);
}

/** Netlify's client has `get`, `getWithMetadata` and a `list` of another kind, but no `put`. */
function isKVBinding(instance: unknown): instance is KVBinding {
  const { put, getWithMetadata } = instance as Partial<KVBinding>;
  return typeof put === "function" && typeof getWithMetadata === "function";
}
