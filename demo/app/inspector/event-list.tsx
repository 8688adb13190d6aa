import type { ComponentChildren, JSX } from "preact";

export interface EventEntry {
  readonly number: number;
  readonly time: string;
  readonly name: string;
  readonly detail: ComponentChildren;
}

/** What happened in this tab and in others, read out as it comes. */
export function EventList({ entries }: { entries: readonly EventEntry[] }): JSX.Element {
  return (
    <section aria-labelledby="events">
      <h3 id="events">Events from all tabs</h3>
      <div role="log" aria-labelledby="events">
        {entries.length === 0 && <p class="empty">No change yet since the page was loaded.</p>}
        <ol class="events">
          {entries.map(({ number, time, name, detail }) => (
            <li key={number}>
              <time>{time}</time> <b>{name}</b> {detail}
            </li>
          ))}
        </ol>
      </div>
    </section>
  );
}
