import type { JSX } from "preact";
import { store } from "../store.ts";
import type { SessionControl } from "../use-session.ts";
import { CapabilityList } from "./capability-list.tsx";
import { EventLog, useTokenEvents } from "./event-log.tsx";
import { Finder } from "./finder.tsx";
import { InspectorHeading } from "./inspector-heading.tsx";
import { browserTrack } from "./race/browser-track.ts";
import { LookUpRace } from "./race/look-up-race.tsx";
import { RawDatabase } from "./raw-database.tsx";
import { TokenCard } from "./token-card.tsx";

/** Looks over the store's shoulder. An application needs none of this. */
export function Inspector({ control }: { control: SessionControl }): JSX.Element {
  const { session, attempt } = control;
  const events = useTokenEvents();
  const token = session.phase === "logged-in" ? session.token : null;
  return (
    <aside class="inspector" aria-labelledby="inspector">
      <header>
        <InspectorHeading />
        <p>
          <code>createIndexedDBTokenStore()</code> keeps the portal's token in this browser. Everything below is live.
        </p>
      </header>
      {/* All at once, and what grows by itself at the end: nothing is pushed away under the visitor's eyes. */}
      {session.phase !== "opening" && (
        <>
          <TokenCard token={token} isReadable={session.phase !== "broken"} attempt={attempt} />
          {/* A result names a student: it goes when the student does. */}
          <Finder key={token?.id} token={token} />
          <LookUpRace track={browserTrack} />
          <CapabilityList capabilities={store.capabilities} />
          <EventLog entries={events} />
          <RawDatabase session={session} />
        </>
      )}
    </aside>
  );
}
