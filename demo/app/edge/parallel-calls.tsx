import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { EdgeControl } from "./use-edge.ts";
import { askWorker, tokenSource } from "./worker.ts";

const CALLS = 20;

/** Lets the token expire, and calls the API many times at once: one call refreshes, the others join it. */
export function ParallelCalls({ control }: { control: EdgeControl }): JSX.Element {
  const [sources, setSources] = useState<readonly (string | undefined)[]>([]);
  const run = (): Promise<void> =>
    control.attempt(async () => {
      setSources(Array.from<undefined>({ length: CALLS }));
      await askWorker("/inspector/expire", "POST");
      const call = async (_: unknown, at: number): Promise<void> => {
        const source = await tokenSource("/api/courses");
        setSources((known) => known.with(at, source));
      };
      await Promise.all(Array.from({ length: CALLS }, call));
    }, "token changed");
  const count = (source: string): number => sources.filter((one) => one?.startsWith(source)).length;
  return (
    <section aria-labelledby="parallel">
      <h3 id="parallel">Twenty calls, one refresh</h3>
      <p class="hint">Twenty requests find an expired token. One refreshes, the others wait for it.</p>
      <div class="actions">
        <button type="button" onClick={() => void run()}>
          Expire, then 20 calls at once
        </button>
      </div>
      {sources.length > 0 && (
        <>
          <ol class="calls" aria-label="Calls">
            {sources.map((source, at) => (
              <li key={at} data-source={source}>
                <span class="hidden">{source ?? "waiting"}</span>
              </li>
            ))}
          </ol>
          <p role="status" aria-label="Outcome of the calls">
            <b data-source="refreshed">{count("refreshed")}</b> refreshed, <b data-source="joined">{count("joined")}</b> joined it,{" "}
            <b data-source="stored">{count("stored")}</b> found the new token stored
            {count("failed") > 0 && (
              <>
                , <b data-source="failed">{count("failed")}</b> failed
              </>
            )}
          </p>
        </>
      )}
    </section>
  );
}
