import type { NativeAccess, NativeParts } from "../native-access.ts";
import type { KVBinding } from "./binding.ts";
import { KVValues } from "./values.ts";

/**
 * Listing by the binding of Workers KV: keys by its own pages, which hold up to 1000, and values a
 * hundred at a time. A Worker may make 1000 requests to KV per invocation, whatever each of them brings
 * (https://developers.cloudflare.com/kv/platform/limits/), and the driver asks for each value by itself.
 *
 * Only for listing: the proof that this is the namespace under the driver takes reads of its own.
 */
export function listingBy(binding: KVBinding, parts: NativeParts): NativeAccess {
  const { storage } = parts;
  const kv = new KVValues(binding, parts);

  return {
    atomic: false,
    readText: (key) => storage.attempt("read", () => binding.get(kv.kvKey(key))),

    async *listPages(below) {
      const prefix = `${kv.kvKey(below)}:`;
      for (let cursor: string | undefined; ;) {
        const page = await storage.attempt("list", () => binding.list(cursor === undefined ? { prefix } : { prefix, cursor }));
        yield page.keys.map(({ name }) => `${below}:${name.slice(prefix.length)}`);
        cursor = page.list_complete ? undefined : page.cursor;
        if (cursor === undefined) return;
      }
    },

    getAll: (keys) => kv.getAll(keys),
  };
}
