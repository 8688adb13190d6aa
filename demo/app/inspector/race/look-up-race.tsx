import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { faultText } from "../../fault.ts";
import { RaceChart } from "./race-chart.tsx";
import type { Measurement, Track } from "./track.ts";

const SIZES = [1_000, 10_000];

interface Race {
  size: number;
  measured: readonly Measurement[];
  state: "running" | "cancelling" | "removing" | "done" | "cancelled" | { fault: string };
}

/** Fills a store with made-up tokens, and draws how long look-ups take as it grows. */
export function LookUpRace({ track }: { track: Track }): JSX.Element {
  const [race, setRace] = useState<Race>();
  const cancelling = useRef(new AbortController());
  useEffect(() => () => cancelling.current.abort(), []);

  const run = async (size: number): Promise<void> => {
    const controller = new AbortController();
    cancelling.current = controller;
    const measured: Measurement[] = [];
    const show = (state: Race["state"]): void => setRace({ size, measured: [...measured], state });
    controller.signal.addEventListener("abort", () => show("cancelling"));
    show("running");
    try {
      await track.clear();
      for (let from = 0; from < size && !controller.signal.aborted; from += track.stride) {
        const tokens = Math.min(from + track.stride, size);
        measured.push({ tokens, milliseconds: await track.advance(from, tokens, controller.signal) });
        if (!controller.signal.aborted) show("running");
      }
      show("removing");
      await track.clear();
      show(controller.signal.aborted ? "cancelled" : "done");
    } catch (error) {
      // What is left goes with the next race.
      await track.clear().catch(() => {});
      show(controller.signal.aborted ? "cancelled" : { fault: faultText(error) });
    }
  };

  const running = race?.state === "running";
  const busy = running || race?.state === "cancelling" || race?.state === "removing";
  const saved = race?.measured.at(-1)?.tokens ?? 0;
  return (
    <section aria-labelledby="race">
      <h3 id="race">Look-up race</h3>
      <p class="hint">
        Look-ups stay as quick while the store grows: the lines stay flat. The tokens are made up, and removed at the end; if you reload
        before that, the next race removes them. A race can take minutes.
      </p>
      <div class="actions">
        {SIZES.map((size) => (
          <button key={size} type="button" disabled={busy} onClick={() => void run(size)}>
            {size.toLocaleString("en")} tokens
          </button>
        ))}
        <button type="button" disabled={!running} onClick={() => cancelling.current.abort()}>
          Cancel
        </button>
      </div>
      {race && (
        <>
          <progress aria-label="Tokens saved" max={race.size} value={saved} />
          <p role="status" aria-label="The race">
            {typeof race.state === "object" ? race.state.fault : progressText(saved, race.size, race.state)}
          </p>
          {race.measured.length > 1 && <RaceChart size={race.size} measured={race.measured} />}
        </>
      )}
    </section>
  );
}

function progressText(saved: number, size: number, state: string): string {
  const words: Record<string, string> = { running: " …", cancelling: ", cancelling …", removing: ", removing them …" };
  return `${saved.toLocaleString("en")} of ${size.toLocaleString("en")} tokens${words[state] ?? `, ${state}`}`;
}
