import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createProcessLock, createRedisLock, createWebLock } from "../../src/locks/index.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

// It would keep its process from ending.
describe("no timer is left behind", () => {
  it("of who has left the queue of a process", async () => {
    const lock = createProcessLock();
    let letGo = (): void => {};
    const holding = lock.request("a", {}, () => new Promise<void>((resolve) => (letGo = resolve)));
    const controller = new AbortController();
    const waiting = lock.request("a", { signal: controller.signal }, async () => {});
    expect(vi.getTimerCount()).toBe(1);
    controller.abort(new Error("enough"));
    await expect(waiting).rejects.toThrow("enough");
    expect(vi.getTimerCount()).toBe(0);
    letGo();
    await holding;
  });

  it("by Web Locks that are denied", async () => {
    const request = async (): Promise<never> => {
      throw new DOMException("denied", "SecurityError");
    };
    vi.stubGlobal("navigator", { locks: { request } });
    expect(await createWebLock().request("a", {}, async () => "held")).toBe("held");
    expect(vi.getTimerCount()).toBe(0);
  });

  it("by a lock over Redis", async () => {
    const lock = createRedisLock({ set: async () => "OK", get: async () => null, eval: async () => "OK" });
    expect(await lock.request("a", {}, async () => vi.getTimerCount())).toBe(1);
    expect(vi.getTimerCount()).toBe(0);
  });
});
