import type { Capabilities, redactToken } from "edge-token-store";
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { CapabilityList } from "../inspector/capability-list.tsx";
import { InspectorHeading } from "../inspector/inspector-heading.tsx";
import { LookUpRace } from "../inspector/race/look-up-race.tsx";
import { EdgeFinder } from "./edge-finder.tsx";
import { EdgeStorage } from "./edge-storage.tsx";
import { edgeTrack } from "./edge-track.ts";
import { EdgeTokenCard } from "./edge-token-card.tsx";
import { ParallelCalls } from "./parallel-calls.tsx";
import { TabLog } from "./tab-log.tsx";
import type { EdgeControl } from "./use-edge.ts";
import { askWorker } from "./worker.ts";

export interface TokenReport {
  token: ReturnType<typeof redactToken> | null;
  capabilities: Capabilities;
}

/** Looks over the Worker's shoulder, by an endpoint that only the Worker on your own machine has. */
export function EdgeInspector({ control }: { control: EdgeControl }): JSX.Element {
  const { looks, session } = control;
  const [report, setReport] = useState<TokenReport | "waiting" | "failed">("waiting");
  useEffect(() => {
    if (looks === 0) return;
    let outdated = false;
    askWorker<TokenReport>("/inspector/token").then(
      (answer) => outdated || setReport(answer),
      () => outdated || setReport("failed"),
    );
    return () => {
      outdated = true;
    };
  }, [looks]);
  const loggedIn = session.phase === "logged-in";
  const inObjects = typeof report === "object" && report.capabilities.engine === "durable-object";
  return (
    <aside class="inspector" aria-labelledby="inspector">
      <header>
        <InspectorHeading />
        <p>
          {inObjects ? (
            <>
              <code>createDurableObjectTokenStore()</code> keeps the tokens of all students in Durable Objects, where one request refreshes
              for all.
            </>
          ) : (
            <>
              <code>createUnstorageTokenStore()</code> keeps the tokens of all students in Workers KV, and a Durable Object sees to it that
              one request refreshes for all.
            </>
          )}{" "}
          Everything below is live; a deployed portal has no such panel.
        </p>
      </header>
      {/* All at once, and what grows by itself at the end: nothing is pushed away under the visitor's eyes. */}
      {report !== "waiting" && (
        <>
          <EdgeTokenCard token={report === "failed" ? null : report.token} inObjects={inObjects} control={control} />
          {loggedIn && <ParallelCalls control={control} />}
          {loggedIn && <EdgeFinder inObjects={inObjects} />}
          <LookUpRace track={edgeTrack} />
          {report !== "failed" && <CapabilityList capabilities={report.capabilities} />}
          <TabLog told={control.told} />
          {!inObjects && <EdgeStorage looks={looks} />}
        </>
      )}
    </aside>
  );
}
