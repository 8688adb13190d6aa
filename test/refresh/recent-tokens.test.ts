import { expect, it } from "vitest";
import { createMemoryTokenStore } from "../../src/index.ts";
import type { StoredToken } from "../../src/index.ts";
import { RecentTokens } from "../../src/refresh/recent-tokens.ts";
import { manualClock } from "../../src/testing/index.ts";

const MINUTE_MS = 60_000;
const store = createMemoryTokenStore();
const token = (id: string, version: number): StoredToken => ({ id, accessToken: `${id}-${version}`, createdAt: 1, updatedAt: 1, version });

it("a token that was saved here stands for the older one that the storage still shows, for three minutes", () => {
  const clock = manualClock();
  const recent = new RecentTokens(store, clock.now);
  recent.saved(token("a", 2), token("a", 1));
  expect(recent.newest("a", token("a", 1))).toEqual(token("a", 2));
  expect(recent.newest("a", token("a", 2))).toEqual(token("a", 2));
  recent.saved(token("a", 2), token("a", 1));
  clock.advance(3 * MINUTE_MS);
  expect(recent.newest("a", token("a", 1))).toEqual(token("a", 1));
});

it("one that is deleted, or of which nothing is known, is none", () => {
  const recent = new RecentTokens(store, manualClock().now);
  recent.saved(token("a", 2), token("a", 1));
  expect(recent.newest("a", null)).toBeUndefined();
  expect(recent.newest("a", token("a", 1))).toEqual(token("a", 1));
  expect(recent.newest("b", null)).toBeUndefined();
});

it("one that was saved here does not stand for that of another log-in, whatever its version", () => {
  const recent = new RecentTokens(store, manualClock().now);
  recent.saved(token("a", 2), token("a", 1));
  const another = { ...token("a", 1), createdAt: 2 };
  expect(recent.newest("a", another)).toEqual(another);
});

it("one that could not be stored has the lifetime of its grant, from then on, and what was saved beside it since", () => {
  const clock = manualClock();
  const recent = new RecentTokens(store, clock.now);
  const used = { ...token("a", 1), expiresAt: 1000 };
  const expected = { ...token("a", 2), accessToken: "fresh", updatedAt: clock.now() };
  expect(recent.unsaved({ used, grant: { accessToken: "fresh" } })).toEqual(expected);
  clock.advance(1);
  expect(recent.newest("a", { ...used, version: 2, scope: "s" })).toEqual({ ...expected, scope: "s", version: 3 });
});

it("one that could not be stored is kept for a day, and forgotten then", () => {
  const clock = manualClock();
  const recent = new RecentTokens(store, clock.now);
  recent.unsaved({ used: token("a", 1), grant: { accessToken: "fresh" } });
  expect(recent.newest("a", token("a", 1))).toMatchObject({ accessToken: "fresh", version: 2 });
  clock.advance(24 * 60 * MINUTE_MS - 1);
  expect(recent.unsavedOf("a")).toBeDefined();
  clock.advance(1);
  expect(recent.unsavedOf("a")).toBeUndefined();
});
