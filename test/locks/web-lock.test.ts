import { afterEach, describe, expect, it, vi } from "vitest";
import { createWebLock } from "../../src/locks/index.ts";
import type { Lock } from "../../src/locks/index.ts";
import { unique } from "../conformance/fixture.ts";
import { lockSuite } from "./lock-suite.ts";

/** The lock, but its names are this test's own: Web Locks are shared by all. */
function named(prefix: string): Lock {
  const lock = createWebLock();
  return {
    request: (name, options, callback) => lock.request(name && typeof name === "string" ? prefix + name : name, options, callback),
    notes: {
      read: (name) => lock.notes!.read(prefix + name),
      write: (name, text, ttlMs) => lock.notes!.write(prefix + name, text, ttlMs),
    },
  };
}

// Those of one process or page; test/pages/ has the same between tabs.
lockSuite({
  name: "Web Locks",
  fair: true,
  create: async () => {
    const prefix = unique();
    return { locks: [named(prefix), named(prefix)] };
  },
});

describe("createWebLock", () => {
  afterEach(() => void vi.unstubAllGlobals());

  it.each([
    ["undefined", undefined],
    ["null, as happy-dom has it", null],
  ])("says so where navigator.locks is %s", (_name, locks) => {
    vi.stubGlobal("navigator", { locks });
    expect(() => createWebLock()).toThrow(expect.objectContaining({ code: "ERR_OPTION_INVALID" }));
  });
});
