import type { TokenEvent } from "edge-token-store";
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { store } from "../store.ts";
import { EventList } from "./event-list.tsx";

const MAX_ENTRIES = 20;

interface Entry {
  number: number;
  time: string;
  event: TokenEvent;
}

/** What `subscribe` tells, from the start of the page on: the changes made in this tab and in others, by id and without any secret. */
export function useTokenEvents(): readonly Entry[] {
  const [entries, setEntries] = useState<Entry[]>([]);
  useEffect(
    () =>
      store.subscribe((event) => {
        const time = new Date().toLocaleTimeString();
        setEntries((known) => [...known, { number: (known.at(-1)?.number ?? 0) + 1, time, event }].slice(-MAX_ENTRIES));
      }),
    [],
  );
  return entries;
}

export function EventLog({ entries }: { entries: readonly Entry[] }): JSX.Element {
  return <EventList entries={entries.map(({ number, time, event }) => ({ number, time, name: event.type, detail: eventDetail(event) }))} />;
}

function eventDetail(event: TokenEvent): string {
  switch (event.type) {
    case "saved":
      return `${event.id}, version ${event.version}`;
    case "deleted":
      return event.id;
    case "cleared":
      return "all tokens";
  }
}
