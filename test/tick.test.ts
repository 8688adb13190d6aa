import { afterEach, expect, it, vi } from "vitest";
import { createTokenStore } from "../src/backends/custom/index.ts";
import type { EdgeTokenStore } from "../src/index.ts";
import { nextTick } from "../src/tick.ts";
import { SECRET } from "./conformance/unstorage-fixture.ts";
import { MapBackend } from "./mutations/map-backend.ts";

afterEach(() => vi.restoreAllMocks());

it("rises from one save to the next, also where the clock stands still or goes back", () => {
  const clock = vi.spyOn(performance, "now");
  const ticks = [5, 5, 5.0001, 4, 6].map((at) => {
    clock.mockReturnValue(at);
    return nextTick();
  });
  expect(ticks).toEqual(ticks.toSorted((left, right) => left - right));
  expect(new Set(ticks).size).toBe(ticks.length);
  expect(ticks.every(Number.isSafeInteger)).toBe(true);
});

it("of two tokens that two stores save in the same millisecond, the later one is a user's last", async () => {
  for (let count = 0; count < 20; count++) {
    const rows = new Map<string, string>();
    const open = (): EdgeTokenStore =>
      createTokenStore({ backend: (namespace) => new MapBackend(rows, namespace), secret: SECRET, now: () => 1000 });
    const clients = ["c1", "c2", "c3"];
    for (const clientId of clients) await open().saveToken({ userName: `user-${count}`, clientId, refreshToken: clientId });
    const found = await open().findTokens({ userName: `user-${count}` });
    expect(found.map(({ clientId }) => clientId)).toEqual(clients.toReversed());
  }
});
