import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ReauthenticationRequiredError, RefreshFailedError, RefreshRateLimitedError } from "../../src/index.ts";
import { coolDownMs } from "../../src/refresh/cool-down.ts";
import { isAlive, isNews, refreshDueAt, uniformFrom } from "../../src/refresh/freshness.ts";

const RULES = { minValidityMs: 60_000, jitterMs: 60_000 };
const HOUR = 3_600_000;
const uniform = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

describe("refreshDueAt", () => {
  it("is never for a token without an expiry", () => {
    expect(refreshDueAt({ updatedAt: 0 }, RULES, 0.5, false)).toBe(Infinity);
  });

  it("leaves at least minValidity, and half the life at most beyond that, whatever chance says", () => {
    fc.assert(
      fc.property(uniform, fc.integer({ min: 0, max: 10 * HOUR }), (random, life) => {
        const due = refreshDueAt({ updatedAt: 0, expiresAt: life }, RULES, random, false);
        expect(due).toBeLessThanOrEqual(life - RULES.minValidityMs);
        expect(due).toBeGreaterThanOrEqual(Math.min(life / 2, life - RULES.minValidityMs));
      }),
    );
  });

  it("is not before half the life of what a refresh has brought", () => {
    fc.assert(
      fc.property(uniform, fc.integer({ min: 0, max: 10 * HOUR }), (random, life) => {
        const due = refreshDueAt({ updatedAt: 0, expiresAt: life }, RULES, random, true);
        expect(due).toBeGreaterThanOrEqual(life / 2);
        expect(due).toBeLessThanOrEqual(Math.max(life / 2, life - RULES.minValidityMs));
      }),
    );
  });

  it("is known also where the store does not tell when it saved", () => {
    const foreign = { expiresAt: HOUR } as { expiresAt: number; updatedAt: number };
    expect(refreshDueAt(foreign, RULES, 0.5, false)).toBe(HOUR - RULES.minValidityMs);
  });

  it("is spread: of 100 refreshers with an hour's token, about e wake within a minute of the first", () => {
    let within = 0;
    const rounds = 500;
    for (let round = 0; round < rounds; round++) {
      const due = Array.from({ length: 100 }, (_, number) =>
        refreshDueAt({ updatedAt: 0, expiresAt: HOUR }, RULES, uniformFrom(`${number / 100}:id:${round}`), false),
      );
      const first = Math.min(...due);
      within += due.filter((at) => at <= first + 60_000).length;
    }
    expect(within / rounds).toBeGreaterThan(2);
    expect(within / rounds).toBeLessThan(4);
  });
});

describe("isNews", () => {
  const seen = { id: "1", accessToken: "old", expiresAt: HOUR + 1000, createdAt: 0, updatedAt: 0, version: 1 };
  const at = { seen, rejected: "refused", now: HOUR, minValidityMs: 60_000 };

  it.each<[string, object, boolean]>([
    ["no longer the token that was seen, and valid for long", { accessToken: "new", expiresAt: 2 * HOUR }, true],
    ["one that never expires", { accessToken: "new", expiresAt: undefined }, true],
    ["one that looks expired, but was saved just now", { accessToken: "new", updatedAt: HOUR - 1000, expiresAt: HOUR - 1 }, true],
    ["one that was saved long ago and has expired", { accessToken: "new", expiresAt: HOUR }, false],
    ["the same again, for longer", { accessToken: "old", expiresAt: 2 * HOUR }, true],
    ["the same again, that had been refused, for longer", { accessToken: "refused", expiresAt: 2 * HOUR }, false],
    ["the very one", {}, false],
    ["the one that was refused", { accessToken: "refused", expiresAt: 2 * HOUR }, false],
    ["one that had expired before it was saved", { accessToken: "new", updatedAt: HOUR - 1000, expiresAt: HOUR - 2000 }, false],
    ["none", { accessToken: undefined, expiresAt: 2 * HOUR }, false],
  ])("takes or leaves %s", (_name, change, expected) => {
    expect(isNews({ ...seen, ...change }, at)).toBe(expected);
  });

  it("takes the refused one where a refresh since has brought it again, for longer", () => {
    expect(isNews({ ...seen, expiresAt: 2 * HOUR }, { ...at, rejected: "old" })).toBe(true);
    expect(isNews(seen, { ...at, rejected: "old" })).toBe(false);
  });

  it("leaves one that was saved in a future which no clock that is a little fast can be in", () => {
    const future = { ...seen, accessToken: "new", updatedAt: HOUR + 600_000, expiresAt: HOUR + 660_000 };
    expect(isNews(future, { ...at, minValidityMs: HOUR })).toBe(false);
    expect(isNews({ ...future, updatedAt: HOUR + 240_000 }, { ...at, minValidityMs: HOUR })).toBe(true);
  });

  it("an access token is alive until it expires, unless it was refused", () => {
    expect(isAlive({ ...seen, expiresAt: HOUR + 1 }, undefined, HOUR)).toBe(true);
    expect(isAlive({ ...seen, expiresAt: HOUR }, undefined, HOUR)).toBe(false);
    expect(isAlive(seen, "old", HOUR)).toBe(false);
  });
});

describe("uniformFrom", () => {
  it("gives numbers from 0 to below 1, evenly, also for texts that are nearly the same", () => {
    const tenths = Array.from({ length: 10 }, () => 0);
    for (let number = 0; number < 10_000; number++) tenths[Math.floor(uniformFrom(`0.5:token:${number}`) * 10)]!++;
    for (const count of tenths) expect(count).toBeGreaterThan(850);
    expect(tenths.reduce((sum, count) => sum + count)).toBe(10_000);
  });
});

describe("coolDownMs", () => {
  const failed = new RefreshFailedError("");
  it("grows to five minutes after failures, to ten after rate limits, random by half", () => {
    const limited = new RefreshRateLimitedError("");
    expect([1, 2, 3, 9, 50].map((failures) => coolDownMs(failed, failures, 0))).toEqual([500, 1000, 2000, 128_000, 150_000]);
    expect([1, 2, 50].map((failures) => coolDownMs(limited, failures, 0))).toEqual([30_000, 60_000, 300_000]);
    expect(coolDownMs(failed, 50, 0.999)).toBeLessThanOrEqual(300_000);
    expect(coolDownMs(limited, 50, 0.999)).toBeLessThanOrEqual(600_000);
  });

  it("is no shorter than the provider wishes, up to a day", () => {
    fc.assert(
      fc.property(uniform, fc.integer({ min: 1, max: 20 }), fc.integer({ min: 0, max: 86_400_000 }), (random, failures, retryAfterMs) => {
        expect(coolDownMs(new RefreshRateLimitedError("", { retryAfterMs }), failures, random)).toBeGreaterThanOrEqual(retryAfterMs);
      }),
    );
    expect(coolDownMs(new RefreshRateLimitedError("", { retryAfterMs: 1e12 }), 1, 0)).toBe(86_400_000);
    expect(coolDownMs(new RefreshFailedError("", { retryAfterMs: 120_000 }), 1, 0)).toBe(120_000);
    // As Number(header) * 1000 gives, of a date.
    expect(coolDownMs(new RefreshRateLimitedError("", { retryAfterMs: NaN }), 1, 0)).toBe(30_000);
  });

  it("of a refused refresh token is ten minutes", () => {
    expect(coolDownMs(new ReauthenticationRequiredError(""), 1, 0)).toBe(600_000);
  });
});
