import { describe, expect, it } from "vitest";
import type { StoredRecord } from "../../src/backend.ts";
import { CommitClock } from "../../src/backends/unstorage/commit-clock.ts";

const record = (key: string): StoredRecord => ({ key, version: 1, keyId: "k", index: {}, body: {} });

describe("CommitClock", () => {
  it("calls a record outdated once its key was committed after the read began", () => {
    const clock = new CommitClock();
    const before = clock.now();
    clock.committed("a");
    expect(clock.isOutdated(clock.stamp(record("a"), before))).toBe(true);
    expect(clock.isOutdated(clock.stamp(record("a"), clock.now()))).toBe(false);
    expect(clock.isOutdated(clock.stamp(record("b"), before))).toBe(false);
  });

  it("calls a record outdated that it never saw being read", () => {
    expect(new CommitClock().isOutdated(record("a"))).toBe(true);
  });

  it("stays on the safe side for reads older than it remembers", () => {
    const clock = new CommitClock();
    const old = clock.stamp(record("quiet"), clock.now());
    for (let number = 0; number < 1024; number++) clock.committed(`other-${number}`);
    expect(clock.isOutdated(old)).toBe(false);
    clock.committed("one more");
    expect(clock.isOutdated(old)).toBe(true);
    expect(clock.isOutdated(clock.stamp(record("quiet"), clock.now()))).toBe(false);
  });
});
