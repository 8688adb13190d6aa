import type { JSX } from "preact";
import type { EdgeControl } from "./use-edge.ts";

/** What the tabs of this browser told each other. */
export function TabLog({ told }: { told: EdgeControl["told"] }): JSX.Element {
  return (
    <section aria-labelledby="events">
      <h3 id="events">Events from all tabs</h3>
      <div role="log" aria-labelledby="events">
        {told.length === 0 && <p class="empty">No change yet since the page was loaded.</p>}
        <ol class="events">
          {told.map(({ number, time, event, here }) => (
            <li key={number}>
              <time>{time}</time> <b>{event}</b> {here ? "in this tab" : "in another tab"}
            </li>
          ))}
        </ol>
      </div>
    </section>
  );
}
