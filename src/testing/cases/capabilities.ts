import type { CaseList } from "../case-list.ts";
import { anyBoolean, anyString, matching } from "../equality.ts";
import { expect } from "../expect.ts";
import { namedToken } from "../tokens.ts";

/** What a store says of its engine. */
export function capabilityCases({ group }: CaseList): void {
  group("capabilities", (it) => {
    it.needing("extended")("say of each promise whether the engine keeps it", async ({ open }) => {
      const store = open();
      await store.saveToken(namedToken("ann"));
      expect(store.capabilities).toEqual({
        engine: anyString,
        atomic: anyBoolean,
        consistency: matching(/^(strong|eventual)$/),
        durable: anyBoolean,
        ttl: anyBoolean,
        sealed: anyBoolean,
        persistent: anyBoolean,
      });
    });
  });
}
