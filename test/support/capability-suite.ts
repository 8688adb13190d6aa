import { createStorage } from "unstorage";
import type { Driver } from "unstorage";
import { describe, expect, it } from "vitest";
import { createUnstorageTokenStore } from "../../src/backends/unstorage/index.ts";
import { queriesFor } from "../conformance/fixture.ts";
import { SECRET } from "../conformance/unstorage-fixture.ts";

/** One storage, as processes that know nothing of each other reach it. */
export interface CapabilityFixture {
  /** The driver of one more process, or of one more place. */
  driver(): Driver;
  /** Lets this much of the storage's time pass. */
  elapse(milliseconds: number): Promise<void>;
  /** A short time to live for this storage, in seconds. */
  readonly ttlSeconds: number;
}

/** Whole, since Redis refuses fractions; and long enough for a slow machine to read what it has just written. */
export const TTL_SECONDS = 2;

export const realTime = async (milliseconds: number): Promise<void> =>
  void (await new Promise((resolve) => setTimeout(resolve, milliseconds)));

const ANN = { userName: "ann", clientId: "c", refreshToken: "r", accessToken: "a" };

/** What a driver is said to promise, held against what it does. */
export function capabilitySuite(engine: string, create: () => Promise<CapabilityFixture>): void {
  const open = (driver: Driver) => createUnstorageTokenStore(createStorage({ driver }), { secret: SECRET });

  describe(`what is promised of ${engine}`, () => {
    it("is kept: whether another process finds what was saved, and whether at once", async () => {
      const fixture = await create();
      const store = open(fixture.driver());
      const other = open(fixture.driver());
      const { persistent, consistency } = store.capabilities;
      for (const query of queriesFor({ ...ANN, id: "i", grantToken: "g", createdAt: 0, updatedAt: 0, version: 1 }))
        await other.findToken(query);
      const saved = await store.saveToken(ANN);
      await store.close();
      const atOnce = persistent && consistency === "strong";
      for (const query of queriesFor({ grantToken: "none", ...saved }).slice(0, 5)) {
        expect(await other.findToken(query)).toEqual(atOnce ? saved : null);
      }
      await fixture.elapse(consistency === "eventual" ? 60_000 : 0);
      expect(await other.getTokens()).toEqual(persistent ? [saved] : []);
      expect(await open(fixture.driver()).getTokens()).toEqual(persistent ? [saved] : []);
    });

    it("is kept: whether a key is gone when its time is over", async () => {
      const fixture = await create();
      const driver = fixture.driver();
      const { ttl } = open(driver).capabilities;
      const storage = createStorage({ driver });
      await storage.setItem("k", { some: "value" }, { ttl: fixture.ttlSeconds });
      expect(await storage.getItem("k")).toEqual({ some: "value" });
      await fixture.elapse(fixture.ttlSeconds * 1000 + 20);
      expect(await storage.getItem("k")).toEqual(ttl ? null : { some: "value" });
    });
  });
}
