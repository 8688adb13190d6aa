import type { NativeAccess, NativeParts } from "../native-access.ts";
import type { KVBinding } from "./binding.ts";

/** Values that the binding gives in one operation. https://developers.cloudflare.com/kv/api/read-key-value-pairs/ */
const BULK_GET_KEYS = 100;

/**
 * Listing by the binding of Workers KV: keys by its own pages, which hold up to 1000, and values a
 * hundred at a time. A Worker may make 1000 requests to KV per invocation, whatever each of them brings
 * (https://developers.cloudflare.com/kv/platform/limits/), and the driver asks for each value by itself.
 *
 * Only for listing: the proof that this is the namespace under the driver takes reads of its own.
 */
export function listingBy(binding: KVBinding, { driver, driverKey, storage }: NativeParts): NativeAccess {
  const base = normalBase(driver.options);
  const kvKey = (key: string): string => base + driverKey(key);

  return {
    atomic: false,
    readText: (key) => storage.attempt("read", () => binding.get(kvKey(key))),

    async *listPages(below) {
      const prefix = `${kvKey(below)}:`;
      for (let cursor: string | undefined; ;) {
        const page = await storage.attempt("list", () => binding.list(cursor === undefined ? { prefix } : { prefix, cursor }));
        yield page.keys.map(({ name }) => `${below}:${name.slice(prefix.length)}`);
        cursor = page.list_complete ? undefined : page.cursor;
        if (cursor === undefined) return;
      }
    },

    async getAll(keys) {
      const values: unknown[] = [];
      for (let start = 0; start < keys.length; start += BULK_GET_KEYS) {
        const names = keys.slice(start, start + BULK_GET_KEYS).map(kvKey);
        const found = await storage.attempt("read", () => binding.get(names));
        values.push(...names.map((name) => parsed(found.get(name))));
      }
      return values;
    },
  };
}

/** The driver's option `base`, in the form in which it stands before every key. */
function normalBase(options: unknown): string {
  const { base } = (options ?? {}) as { base?: unknown };
  const parts = typeof base === "string" ? base.split(/[/\\:]/).filter((part) => part !== "") : [];
  return parts.map((part) => `${part}:`).join("");
}

/** What is no JSON is no record of ours; it is for the caller to say so. */
function parsed(text: string | null | undefined): unknown {
  if (text == null) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
