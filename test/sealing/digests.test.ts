import { describe, expect, it } from "vitest";
import { hmac } from "../../src/sealing/crypto-node.ts";
import { asText } from "../../src/sealing/encoding.ts";
import { createKey } from "../../src/sealing/keyring.ts";
import type { Key } from "../../src/sealing/keyring.ts";
import { HOSTILE_VALUES } from "../../src/testing/hostile-values.ts";

const keyOf = (seed: number, namespace = "tokens"): Promise<Key> =>
  createKey({ hmac: hmac(new Uint8Array(32).fill(seed)), namespace, encoding: asText });

describe("a digest", () => {
  it("is another for each value, kind, namespace and key", async () => {
    const [key, elsewhere, other] = await Promise.all([keyOf(1), keyOf(1, "other"), keyOf(2)]);
    const digests = HOSTILE_VALUES.flatMap((value) =>
      ["user", "access"].flatMap((kind) => [key, elsewhere, other].map(({ digest }) => digest(kind, [value]))),
    );
    expect(new Set(await Promise.all(digests)).size).toBe(HOSTILE_VALUES.length * 6);
  });

  it("keeps the parts of a value apart", async () => {
    const { digest } = await keyOf(1);
    const parts = [["a", "b"], ["ab", ""], ["a,b"], ['a","b'], ["a", null], ["a", "null"], ["a"]];
    expect(new Set(await Promise.all(parts.map((value) => digest("account", value)))).size).toBe(parts.length);
  });

  it("is 32 characters of lower-case hex", async () => {
    expect(await (await keyOf(1)).digest("user", ["ann"])).toMatch(/^[0-9a-f]{32}$/);
  });
});
