import { expect, it, onTestFinished, vi } from "vitest";
import { createProcessLock } from "../../src/locks/index.ts";
import { defaultLock } from "../../src/locks/default-lock.ts";
import { lockSuite } from "./lock-suite.ts";

lockSuite({
  name: "one process",
  fair: true,
  create: async () => {
    const lock = createProcessLock();
    return { locks: [lock, lock] };
  },
});

it("leaves no timer behind of who has left the queue, which would keep the process from ending", async () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
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

it("the default lock is one for all in this process", () => {
  expect(defaultLock()).toBe(defaultLock());
});
