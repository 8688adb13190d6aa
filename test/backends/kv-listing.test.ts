import { createStorage } from "unstorage";
import type { Driver } from "unstorage";
import cloudflareKVBindingDriver from "unstorage/drivers/cloudflare-kv-binding";
import { describe, expect, it } from "vitest";
import { createUnstorageTokenStore } from "../../src/backends/unstorage/index.ts";
import type { EdgeTokenStore, TokenStoreOptions } from "../../src/index.ts";
import { all, expectCode, manualClock } from "../conformance/fixture.ts";
import { SECRET } from "../conformance/unstorage-fixture.ts";
import { DelayedKV } from "../../src/testing/index.ts";

/** What one Worker invocation may ask of KV. https://developers.cloudflare.com/kv/platform/limits/ */
const OPERATIONS_OF_AN_INVOCATION = 1000;

const storeOver = (driver: Driver, options: TokenStoreOptions = {}): EdgeTokenStore =>
  createUnstorageTokenStore(createStorage({ driver }), { secret: SECRET, ...options });

const simulated = (): DelayedKV => new DelayedKV({ now: manualClock().now, random: () => 0 });

describe("a listing on Workers KV", () => {
  it("of thousands of tokens stays far below the operations of one Worker invocation, and sees each once", async () => {
    const kv = simulated();
    const store = storeOver(cloudflareKVBindingDriver({ binding: kv.at("here") as never, base: "a/base" }), { lookups: [] });
    const count = 3000;
    for (let number = 0; number < count; number++) await store.saveToken({ accessToken: `a${number}` });
    Object.assign(kv.requests, { gets: 0, lists: 0 });
    const seen = new Set<string>();
    for await (const { accessToken } of store.tokens()) seen.add(accessToken!);
    expect(seen.size).toBe(count);
    const { gets, lists } = kv.requests;
    // Of the last list, which holds the key register alone, nothing is read. Two reads prove that the binding and the storage are the same place.
    expect({ lists, gets }).toEqual({ lists: 4, gets: 2 + 30 });
    expect((10_000 / count) * (lists + gets)).toBeLessThan(OPERATIONS_OF_AN_INVOCATION / 5);
    console.log(`a listing of ${count} tokens on Workers KV: ${lists} lists and ${gets} gets`);

    Object.assign(kv.requests, { gets: 0, lists: 0 });
    for await (const _ of store.tokens()) break;
    // One page is read ahead.
    expect(kv.requests).toMatchObject({ gets: 2, lists: 1 });
  });

  it("passes over what was deleted between the list and the read, and over foreign keys", async () => {
    const clock = manualClock();
    const binding = new DelayedKV({ now: clock.now, random: () => 0 }).at("here");
    const store = storeOver(cloudflareKVBindingDriver({ binding: binding as never }));
    for (const accessToken of ["a", "b", "c"]) await store.saveToken({ accessToken });
    await binding.put("tokens:r:notes", "mine");
    const [first, ...others] = await all(store.tokens());
    const listed: string[] = [];
    for await (const { id } of store.tokens({ pageSize: 1 })) {
      listed.push(id);
      if (id !== first!.id) continue;
      // The second is read already, ahead.
      clock.advance(1000);
      await store.deleteToken(others[1]!.id);
    }
    expect(listed).toEqual([first!.id, others[0]!.id]);
  });

  it("tells a record that is no JSON from one that is not there", async () => {
    const kv = simulated();
    const binding = kv.at("here");
    const store = storeOver(cloudflareKVBindingDriver({ binding: binding as never }));
    await store.saveToken({ accessToken: "a" });
    await binding.put(`tokens:r:${"0".repeat(32)}`, '{"version":1,');
    await expectCode(all(store.tokens()), "ERR_RECORD_CORRUPT");
    let damaged = 0;
    expect(await all(store.tokens({ onCorrupt: () => void damaged++ }))).toHaveLength(1);
    expect(damaged).toBe(1);
  });

  it("that has used up its invocation says so", async () => {
    const binding = {
      ...simulated().at("here"),
      list: () => Promise.reject(new Error("Too many API requests by single worker invocation.")),
    };
    const store = storeOver(cloudflareKVBindingDriver({ binding: binding as never }));
    await store.saveToken({ accessToken: "a" });
    await expect(all(store.tokens())).rejects.toMatchObject({
      code: "ERR_STORE_UNAVAILABLE",
      message: expect.stringContaining("go on in another one"),
    });
  });
});

it("no key comes near the 512 bytes of Workers KV, even in the longest namespace with a hash tag", async () => {
  const kv = simulated();
  const namespace = "n".repeat(64);
  const store = storeOver(cloudflareKVBindingDriver({ binding: kv.at("here") as never }), { namespace });
  const long = "é".repeat(5000);
  await store.saveToken({ id: long, userName: long, clientId: long, accessToken: long, refreshToken: long, grantToken: long });
  const longest = Math.max(...Array.from(kv.keys(), (key) => new TextEncoder().encode(key).length));
  expect(kv.requests.puts).toBe(7);
  expect(longest).toBe(64 + ":x:".length + "account".length + ":".length + 32);
  // "{namespace}" is two more; the rest is left for the base of a driver and of a mount.
  expect(longest + "{}".length).toBeLessThan(512 - 400);
});
