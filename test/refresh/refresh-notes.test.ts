import { describe, expect, it, vi } from "vitest";
import { createMemoryTokenStore } from "../../src/index.ts";
import { MemoryNotes } from "../../src/locks/memory-notes.ts";
import { RefreshNotes } from "../../src/refresh/refresh-notes.ts";
import { stopTime } from "./world.ts";

const TOKEN = { id: "1", accessToken: "a", createdAt: 1000, updatedAt: 2000, version: 3 };
const notes = (): RefreshNotes => new RefreshNotes(new MemoryNotes(), "lock", { store: createMemoryTokenStore(), now: () => 0 });

describe("the note of a save", () => {
  it.each([
    ["speaks of a newer one to who sees the version before", { version: 2 }, { isRotated: true }],
    ["tells nothing to who sees that very version", {}, undefined],
    ["tells nothing to who sees a later one", { version: 4 }, undefined],
    ["tells nothing of another log-in's token", { version: 2, createdAt: 1500 }, undefined],
  ])("%s", async (_name, seen, expected) => {
    const shared = notes();
    await shared.saved(TOKEN, true);
    expect(await shared.newerThan({ ...TOKEN, ...seen })).toEqual(expected);
  });
});

describe("the note of a log-out", () => {
  it.each([
    ["holds for the token that it was of", {}, true],
    ["holds for what an older version of that shows", { version: 2 }, true],
    ["does not hold for a later version", { version: 4 }, false],
    ["does not hold for another log-in's token", { version: 1, createdAt: 1500 }, false],
  ])("%s", async (_name, seen, expected) => {
    const shared = notes();
    await shared.loggedOut(TOKEN);
    expect(await shared.isLoggedOut({ ...TOKEN, ...seen })).toBe(expected);
  });
});

it("the note of a refresh that did not help holds for five minutes, for that log-in alone", async () => {
  stopTime();
  const shared = notes();
  const token = { ...TOKEN, refreshToken: "r" };
  await shared.refreshDidNotHelp(token);
  vi.advanceTimersByTime(5 * 60_000 - 1);
  expect(await shared.isRefreshOfNoHelp({ ...token, version: 4 })).toBe(true);
  expect(await shared.isRefreshOfNoHelp({ ...token, refreshToken: "of another log-in" })).toBe(false);
  vi.advanceTimersByTime(1);
  expect(await shared.isRefreshOfNoHelp(token)).toBe(false);
});
