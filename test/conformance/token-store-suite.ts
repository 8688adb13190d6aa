import { afterEach, beforeEach, describe } from "vitest";
import { badInputSuite } from "./bad-input.ts";
import { concurrencySuite } from "./concurrency.ts";
import { deleteAndListSuite } from "./delete-and-list.ts";
import { findSuite } from "./find.ts";
import type { Engine, Fixture } from "./fixture.ts";
import { hostileSuite } from "./hostile.ts";
import { leakSuite } from "./leaks.ts";
import { maintenanceSuite } from "./maintenance.ts";
import { retentionSuite } from "./retention.ts";
import { saveSuite } from "./save.ts";

/** What every store promises, whatever lies under it. The reporter counts by the name of this block. */
export function tokenStoreSuite(engine: Engine): void {
  describe(`conformance on ${engine.name}`, () => {
    let current: Fixture;
    const fixture = (): Fixture => current;
    beforeEach(async () => {
      current = await engine.create();
    });
    afterEach(() => current.dispose());

    findSuite(fixture);
    saveSuite(fixture);
    deleteAndListSuite(fixture);
    concurrencySuite(fixture, engine);
    hostileSuite(fixture);
    badInputSuite(fixture);
    leakSuite(fixture, engine);
    retentionSuite(fixture);
    maintenanceSuite(fixture);
  });
}
