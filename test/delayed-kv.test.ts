import { describe, expect, it } from "vitest";
import { manualClock } from "./conformance/fixture.ts";
import { DelayedKV } from "../src/testing/index.ts";
import { kvLimitsSuite } from "./support/kv-limits-suite.ts";

const clock = manualClock();
const simulated = (random = 0.5): DelayedKV => new DelayedKV({ now: clock.now, random: () => random });

kvLimitsSuite("the simulated KV", () => simulated().at("here"));

describe("the simulated KV", () => {
  it("takes text alone, as the library gives it", async () => {
    const kv = new DelayedKV({ now: () => 0, random: () => 0 }).at("here");
    await expect(kv.put("key", new ArrayBuffer(1) as never)).rejects.toThrow(TypeError);
    expect(await kv.get("key")).toBeNull();
  });

  it("shows a write at once where it was made, and elsewhere after up to a minute", async () => {
    const kv = simulated();
    const [here, there] = [kv.at("here"), kv.at("there")];
    await here.put("k", "1");
    expect([await here.get("k"), await there.get("k")]).toEqual(["1", null]);
    clock.advance(29_999);
    expect([await there.get("k"), (await there.list()).keys]).toEqual([null, []]);
    clock.advance(1);
    expect([await there.get("k"), (await there.list()).keys]).toEqual(["1", [{ name: "k" }]]);
  });

  it("keeps what a location has read for a minute, a miss too", async () => {
    const kv = simulated(0);
    const [here, there] = [kv.at("here"), kv.at("there")];
    expect(await there.get("k")).toBeNull();
    clock.advance(10_000);
    await here.put("k", "1");
    clock.advance(49_999);
    expect(await there.get("k")).toBeNull();
    clock.advance(1);
    expect(await there.get("k")).toBe("1");
    await here.delete("k");
    expect([await here.get("k"), await there.get("k")]).toEqual([null, "1"]);
    clock.advance(60_000);
    expect(await there.get("k")).toBeNull();
  });

  it("takes one write a second to a key, from wherever it comes, and counts what it refuses", async () => {
    const kv = simulated();
    await kv.at("here").put("k", "1");
    await kv.at("here").put("other", "1");
    clock.advance(999);
    await expect(kv.at("there").put("k", "2")).rejects.toThrow("KV PUT failed: 429 Too Many Requests");
    await expect(kv.at("here").delete("k")).rejects.toThrow("KV DELETE failed: 429 Too Many Requests");
    clock.advance(1);
    await kv.at("there").put("k", "3");
    expect(kv.requests).toMatchObject({ puts: 4, deletes: 1, refused: 2 });
    clock.advance(60_000);
    expect(await kv.at("here").get("k")).toBe("3");
  });

  it("drops a value when its time is over", async () => {
    const kv = simulated().at("here");
    await kv.put("k", "1", { expirationTtl: 60 });
    clock.advance(59_999);
    expect(await kv.get("k")).toBe("1");
    clock.advance(1);
    expect([await kv.get("k"), (await kv.list()).keys]).toEqual([null, []]);
  });
});
