import { describe, expect, it } from "vitest";
import { unique } from "../conformance/fixture.ts";
import type { DelayedKVBinding } from "../../src/testing/index.ts";

/** The limits that the store reckons with: what the simulation enforces, the real thing must too. */
export function kvLimitsSuite(engine: string, binding: () => DelayedKVBinding): void {
  describe(`the limits of ${engine}`, () => {
    it("are 512 bytes to a key, in UTF-8", async () => {
      const kv = binding();
      await kv.put("k".repeat(512), "v");
      expect(await kv.get("k".repeat(512))).toBe("v");
      await expect(kv.put("k".repeat(513), "v")).rejects.toThrow("KV PUT failed: 414");
      await expect(kv.put("é".repeat(257), "v")).rejects.toThrow("KV PUT failed: 414");
      await expect(kv.get("k".repeat(513))).rejects.toThrow("KV GET failed: 414");
    });

    it("are 60 seconds at least to a TTL", async () => {
      const kv = binding();
      await expect(kv.put(unique(), "v", { expirationTtl: 59 })).rejects.toThrow("KV PUT failed: 400");
      await kv.put(unique(), "v", { expirationTtl: 60 });
    });

    it("are 100 keys to a read, each missing one null", async () => {
      const kv = binding();
      const keys = Array.from({ length: 101 }, () => unique());
      await kv.put(keys[0]!, "v");
      const found = await kv.get(keys.slice(1, 100).concat(keys[0]!));
      expect([found.size, found.get(keys[0]!), found.get(keys[1]!)]).toEqual([100, "v", null]);
      await expect(kv.get(keys)).rejects.toThrow("400");
    });

    it("are pages in the order of keys, each with a cursor to the next", async () => {
      const kv = binding();
      const prefix = `${unique()}:`;
      for (const name of ["b", "c", "a"]) await kv.put(prefix + name, "v");
      const first = await kv.list({ prefix, limit: 2 });
      expect(first.keys.map((key) => key.name)).toEqual([`${prefix}a`, `${prefix}b`]);
      const next = await kv.list({ prefix, cursor: (first as { cursor: string }).cursor });
      expect(next).toMatchObject({ list_complete: true, keys: [{ name: `${prefix}c` }] });
      await expect(kv.list({ prefix, limit: 1001 })).rejects.toThrow("KV");
    });
  });
}
