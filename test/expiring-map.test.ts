import { expect, it, onTestFinished, vi } from "vitest";
import { ExpiringMap } from "../src/expiring-map.ts";

it("gives a value until its time is up, and the one that was put in last", () => {
  const map = new ExpiringMap<string>();
  map.set("a", "one", { until: 10, now: 0 });
  expect([map.get("a", 9), map.get("a", 10), map.get("b", 0)]).toEqual(["one", undefined, undefined]);
  map.set("a", "two", { until: 20, now: 5 });
  expect(map.get("a", 10)).toBe("two");
  map.delete("a");
  expect(map.get("a", 10)).toBeUndefined();
});

it("keeps little of what nobody asks for any more", () => {
  const map = new ExpiringMap<number>();
  for (let now = 0; now < 10_000; now++) map.set(`name ${now}`, now, { until: now + 10, now });
  expect(map.size).toBeLessThan(100);
});

it("does not look through all that stays at each write", () => {
  const sweeps = vi.spyOn(Map.prototype, Symbol.iterator);
  onTestFinished(() => sweeps.mockRestore());
  const map = new ExpiringMap<number>();
  for (let count = 0; count < 10_000; count++) map.set(`name ${count}`, count, { until: 1, now: 0 });
  expect(map.size).toBe(10_000);
  expect(sweeps.mock.calls.length).toBeLessThan(10);
});
