import { afterEach, describe, expect, it, vi } from "vitest";
import { TabNotes } from "../../src/locks/tab-notes.ts";

const KEY = "edge-token-store:note:a-lock";
const MINUTE_MS = 60_000;

describe("notes in localStorage", () => {
  afterEach(() => {
    localStorage.clear();
    vi.restoreAllMocks();
  });

  it("are read by whoever opens later, until their time is over", async () => {
    await new TabNotes().write("a-lock", "not before noon", MINUTE_MS);
    expect(await new TabNotes().read("a-lock")).toBe("not before noon");
    expect(await new TabNotes().read("another")).toBeUndefined();
    await new TabNotes().write("a-lock", "over", -1);
    expect(await new TabNotes().read("a-lock")).toBeUndefined();
    expect(localStorage.getItem(KEY)).toBeNull();
  });

  it("make room when their time is over, and leave alone what is not theirs", async () => {
    localStorage.setItem("edge-token-store", "the application's");
    for (let number = 0; number < 100; number++) await new TabNotes().write(`gone-${number}`, "over", -1);
    await new TabNotes().write("a-lock", "not before noon", MINUTE_MS);
    await new TabNotes().write("b-lock", "not before one", MINUTE_MS);
    expect(Object.keys(localStorage).sort()).toEqual(["edge-token-store", KEY, KEY.replace("a-", "b-")]);
  });

  it.each([
    "no JSON",
    "{}",
    '{"text":1,"from":0,"goneAt":9e15}',
    '{"text":"t","from":0,"goneAt":"soon"}',
    '{"text":"t","goneAt":9e15}',
    "null",
  ])("that somebody else has put there are taken for none: %s", async (value) => {
    localStorage.setItem(KEY, value);
    expect(await new TabNotes().read("a-lock")).toBeUndefined();
    await new TabNotes().write("a-lock", "ours", MINUTE_MS);
    expect(await new TabNotes().read("a-lock")).toBe("ours");
  });

  it("stay within the page where the storage is full", async () => {
    fillStorage();
    const notes = new TabNotes();
    await notes.write("a-lock", "ours", MINUTE_MS);
    expect(localStorage.getItem(KEY)).toBeNull();
    expect(await notes.read("a-lock")).toBe("ours");
  });

  it("are the last that was written, whether there was room for it or not", async () => {
    const notes = new TabNotes();
    await notes.write("a-lock", "old", MINUTE_MS);
    fillStorage();
    const long = "new".repeat(100);
    await notes.write("a-lock", long, MINUTE_MS);
    expect(localStorage.getItem(KEY)).toBeNull();
    expect(await notes.read("a-lock")).toBe(long);
    localStorage.removeItem("rest");
    await notes.write("a-lock", "brief", MINUTE_MS);
    expect(await notes.read("a-lock")).toBe("brief");
    // As when its time is over.
    localStorage.removeItem(KEY);
    expect(await notes.read("a-lock")).toBeUndefined();
  });

  it("count no longer than they were to where the clock is set back meanwhile", async () => {
    const now = Date.now();
    const clock = vi.spyOn(Date, "now").mockReturnValue(now + 24 * 60 * MINUTE_MS);
    await new TabNotes().write("a-lock", "not before noon", MINUTE_MS);
    expect(await new TabNotes().read("a-lock")).toBe("not before noon");
    // Browsers that blur their clocks do so in each process in its own way.
    clock.mockReturnValue(now + 24 * 60 * MINUTE_MS - 100);
    expect(await new TabNotes().read("a-lock")).toBe("not before noon");
    clock.mockReturnValue(now);
    expect(await new TabNotes().read("a-lock")).toBeUndefined();
  });
});

function fillStorage(): void {
  localStorage.setItem("rest", "");
  for (let size = 2 ** 22; size >= 1; size = Math.floor(size / 2)) {
    try {
      for (;;) localStorage.setItem("rest", localStorage.getItem("rest")! + "x".repeat(size));
    } catch {
      // Too large a piece; a smaller one may fit.
    }
  }
}
