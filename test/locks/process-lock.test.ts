import { expect, it } from "vitest";
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

it("the default lock is one for all in this process", () => {
  expect(defaultLock()).toBe(defaultLock());
});
