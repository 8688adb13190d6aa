import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { runKVSchedules } from "../support/kv-schedules.ts";

beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date"] }));
afterEach(() => void vi.useRealTimers());

it("two locations of Workers KV find no wrong token in hundreds of schedules, and agree after a minute", async () => {
  const summary = await runKVSchedules(800);
  expect(summary).toContain("800 schedules");
  console.log(summary);
});
