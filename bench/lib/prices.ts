// US dollars, as the vendors' pages had them in November 2026; what a plan includes is not taken off.

/**
 * https://developers.cloudflare.com/kv/platform/pricing/, for a million operations and a gigabyte a month. "Bulk read operations are
 * billed by the amount of keys read", so no read is billed as a request.
 */
const KV = { get: 0, "key read": 0.5, put: 5, delete: 5, list: 5, storedGB: 0.5 } as const;

/** https://developers.cloudflare.com/durable-objects/platform/pricing/, for a million requests and rows; and for a million GB-seconds. */
const DURABLE_OBJECTS = { request: 0.15, "row read": 0.001, "row written": 1, gigabyteSeconds: 12.5, storedGB: 0.2 } as const;
/** An object is billed for 128 MB while it answers. */
const OBJECT_GB = 0.128;
/** How long that is for one request, in seconds: a guess, and hardly a thousandth of the price. */
const OBJECT_SECONDS = 0.002;

/** https://upstash.com/pricing/redis, pay as you go: $0.2 for 100,000 commands. */
const UPSTASH = { command: 2, storedGB: 0.25 } as const;

export const PRICES: Readonly<Record<Priced, Readonly<Record<string, number>>>> = {
  kv: KV,
  "durable-object": { ...DURABLE_OBJECTS, request: DURABLE_OBJECTS.request + DURABLE_OBJECTS.gigabyteSeconds * OBJECT_GB * OBJECT_SECONDS },
  redis: UPSTASH,
};

export type Priced = "kv" | "durable-object" | "redis";

/** What a million calls with these operations cost, in dollars. @throws where an operation has no price */
export function priceOf(engine: Priced, operations: Readonly<Record<string, number>>): number {
  return Object.entries(operations).reduce((sum, [operation, count]) => {
    const price = PRICES[engine][operation];
    if (price === undefined) throw new Error(`${operation} has no price.`);
    return sum + price * count;
  }, 0);
}
