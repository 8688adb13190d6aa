import type { TokenEvent } from "edge-token-store";
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { store } from "../store.ts";

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
  return (
    <section aria-labelledby="events">
      <h3 id="events">Events from all tabs</h3>
      <div role="log" aria-labelledby="events">
        {entries.length === 0 && <p class="empty">No change yet since the page was loaded.</p>}
        <ol class="events">
          {entries.map(({ number, time, event }) => (
            <li key={number}>
              <time>{time}</time> <b>{event.type}</b> {eventDetail(event)}
            </li>
          ))}
        </ol>
      </div>
    </section>
  );
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
