import { describe, it } from "vitest";
import { tokenStoreSuite as suite } from "../../src/testing/index.ts";
import type { Engine } from "./fixture.ts";
import type { SuiteCapabilities, TokenStoreFixture } from "../../src/testing/index.ts";

export interface SuiteEngine extends Omit<Engine, "create"> {
  /** What this library's fixtures don't have by themselves. */
  readonly capabilities?: Omit<SuiteCapabilities, "shared">;
  create(): Promise<TokenStoreFixture>;
}

/** The suite under Vitest. The reporter counts by the name of the outer block. */
export function tokenStoreSuite({ name: engine, shared, capabilities, create }: SuiteEngine): void {
  describe(`conformance on ${engine}`, () => {
    const cases = suite(create, { capabilities: { shared, ...capabilities } });
    for (const group of new Set(cases.map((one) => one.group))) {
      describe(group, () => {
        for (const { name, skipped, run } of cases.filter((one) => one.group === group)) {
          it(name, (context) => (skipped === undefined ? run() : context.skip(skipped)));
        }
      });
    }
  });
}
