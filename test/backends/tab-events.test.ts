import { afterEach, describe, expect, it, vi } from "vitest";
import { TabEvents } from "../../src/backends/indexeddb/tab-events.ts";
import type { TokenEvent } from "../../src/index.ts";
import { unique } from "../conformance/fixture.ts";

afterEach(() => void vi.unstubAllGlobals());

/** Two stores over one database, and what the second one's listener hears. */
function twoTabs(): { name: string; first: TabEvents; second: TabEvents; heard: TokenEvent[] } {
  const name = unique();
  const heard: TokenEvent[] = [];
  const second = new TabEvents(name);
  second.subscribe((event) => heard.push(event));
  return { name, first: new TabEvents(name), second, heard };
}

describe("TabEvents", () => {
  it("pass each event on to the other tabs, in order, and once to their own listeners", async () => {
    const { first, second, heard } = twoTabs();
    const own: TokenEvent[] = [];
    first.subscribe((event) => own.push(event));
    const events: TokenEvent[] = [
      ...Array.from({ length: 20 }, (_, number): TokenEvent => ({ type: "saved", id: "1", version: number + 1 })),
      { type: "deleted", id: "1" },
      { type: "cleared" },
    ];
    for (const event of events) first.emit(event);
    await expect.poll(() => heard).toEqual(events);
    expect(own).toEqual(events);
    first.close();
    second.close();
  });

  it("pass nothing on that is no event", async () => {
    const { name, second, heard } = twoTabs();
    const forger = new BroadcastChannel(name);
    for (const forged of [
      null,
      "saved",
      1,
      {},
      { type: "saved" },
      { type: "saved", id: "1" },
      { type: "saved", id: 1, version: 1 },
      { type: "x", id: "1" },
    ]) {
      forger.postMessage(forged);
    }
    forger.postMessage({ type: "deleted", id: "last", accessToken: "not ours to pass on" });
    await expect.poll(() => heard).toEqual([{ type: "deleted", id: "last" }]);
    forger.close();
    second.close();
  });

  it("work for one tab where there are no channels", () => {
    vi.stubGlobal("BroadcastChannel", undefined);
    const events = new TabEvents(unique());
    const heard: TokenEvent[] = [];
    events.subscribe((event) => heard.push(event));
    events.emit({ type: "cleared" });
    events.close();
    expect(heard).toEqual([{ type: "cleared" }]);
  });

  it("pass on nothing that was on its way when they were closed, and open nothing afterwards", async () => {
    const { name, first, second, heard } = twoTabs();
    const opened = vi.spyOn(globalThis, "BroadcastChannel");
    const witness = new TabEvents(name);
    const witnessed: TokenEvent[] = [];
    witness.subscribe((event) => witnessed.push(event));
    first.emit({ type: "deleted", id: "on its way" });
    second.close();
    await expect.poll(() => witnessed).toHaveLength(1);
    first.close();
    opened.mockClear();
    for (const closed of [first, second]) closed.emit({ type: "cleared" });
    expect(opened).not.toHaveBeenCalled();
    const marker = new BroadcastChannel(name);
    marker.postMessage({ type: "deleted", id: "marker" });
    await expect.poll(() => witnessed).toHaveLength(2);
    expect(heard).toEqual([]);
    marker.close();
    witness.close();
    vi.restoreAllMocks();
  });
});
