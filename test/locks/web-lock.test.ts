import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createWebLock } from "../../src/locks/index.ts";
import type { Lock } from "../../src/locks/index.ts";
import { unique } from "../conformance/fixture.ts";
import { lockSuite } from "./lock-suite.ts";
import type { LockSuiteOptions } from "./lock-suite.ts";

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

const webLocks = (name: string): LockSuiteOptions => ({
  name,
  fair: true,
  create: async () => {
    const prefix = unique();
    return { locks: [named(prefix), named(prefix)] };
  },
});

// Those of one process or page; test/pages/ has the same between tabs.
lockSuite(webLocks("Web Locks"));

describe("Web Locks that are denied", () => {
  const request = async (): Promise<never> => {
    throw new DOMException("Access to the Locks API is denied in this context.", "SecurityError");
  };
  beforeEach(() => void vi.stubGlobal("navigator", { locks: { request } }));
  afterEach(() => void vi.unstubAllGlobals());

  // test/pages/ has them in a page.
  lockSuite(webLocks("Web Locks that are denied"));
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

  it("takes names that Web Locks keep for themselves", async () => {
    const name = `-${unique()}`;
    const inside: number[] = [];
    const callback = async (): Promise<void> => {
      inside.push(1);
      await new Promise((resolve) => setTimeout(resolve, 5));
      inside.pop();
      expect(inside).toEqual([]);
    };
    await Promise.all([createWebLock(), createWebLock()].map((lock) => lock.request(name, {}, callback)));
  });

  it("runs a callback once that rejects as Web Locks that are denied do", async () => {
    const denied = new DOMException("mine", "SecurityError");
    let runs = 0;
    const request = createWebLock().request(unique(), {}, async () => {
      runs++;
      throw denied;
    });
    await expect(request).rejects.toBe(denied);
    expect(runs).toBe(1);
  });
});
