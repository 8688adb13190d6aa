import type { TokenEvent } from "../../index.ts";
import type { CaseList } from "../case-list.ts";
import { expect } from "../expect.ts";
import { namedToken } from "../tokens.ts";

/** What listeners are told. */
export function eventCases({ group }: CaseList): void {
  group("events", (it) => {
    it.needing("extended")("tells of each change, by id only", async ({ open }) => {
      const store = open();
      const events: TokenEvent[] = [];
      store.subscribe((event) => events.push(event));
      const { id } = await store.saveToken(namedToken("ann"));
      await store.saveToken({ id, accessToken: "b" });
      await store.deleteToken(id);
      await store.deleteToken(id);
      await store.deleteTokens();
      expect(events).toEqual([
        { type: "saved", id, version: 1 },
        { type: "saved", id, version: 2 },
        { type: "deleted", id },
        { type: "cleared" },
      ]);
    });

    it.needing("extended")("tells a listener nothing after it has left", async ({ open }) => {
      const store = open();
      const events: TokenEvent[] = [];
      const leave = store.subscribe((event) => events.push(event));
      leave();
      leave();
      await store.saveToken(namedToken("ann"));
      expect(events).toEqual([]);
    });
  });
}
