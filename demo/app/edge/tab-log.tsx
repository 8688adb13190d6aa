import type { JSX } from "preact";
import { EventList } from "../inspector/event-list.tsx";
import type { EdgeControl } from "./use-edge.ts";

/** What the tabs of this browser told each other. */
export function TabLog({ told }: { told: EdgeControl["told"] }): JSX.Element {
  const entries = told.map(({ number, time, event, here }) => ({
    number,
    time,
    name: event,
    detail: here ? "in this tab" : "in another tab",
  }));
  return <EventList entries={entries} />;
}
