import type { JSX } from "preact";
import type { Measurement } from "./track.ts";

const WIDTH = 320;
const HEIGHT = 140;
/** Noise is not to look like a slope. */
const LEAST_HIGHEST_MS = 5;

/** A line for each kind of look-up; the newest figures beside its name, so that nothing depends on colours. */
export function RaceChart({ size, measured }: { size: number; measured: readonly Measurement[] }): JSX.Element {
  const last = measured.at(-1)!;
  const labels = Object.keys(last.milliseconds);
  const highest = Math.max(LEAST_HIGHEST_MS, ...measured.flatMap(({ milliseconds }) => Object.values(milliseconds)));
  const points = (label: string): string =>
    measured
      .map(({ tokens, milliseconds }) => `${(tokens / size) * WIDTH},${HEIGHT - ((milliseconds[label] ?? 0) / highest) * HEIGHT}`)
      .join(" ");
  return (
    <figure class="race">
      <div class="plot" aria-hidden="true">
        <p class="y">
          <span>{highest.toFixed(1)} ms</span>
          <span>{(highest / 2).toFixed(1)} ms</span>
          <span>0</span>
        </p>
        <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none">
          {[0, 0.25, 0.5, 0.75, 1].map((part) => (
            <path key={part} d={`M0 ${HEIGHT * part}H${WIDTH}`} />
          ))}
          {labels.map((label, at) => (
            <polyline key={label} data-line={at} points={points(label)} />
          ))}
        </svg>
        <p class="x">
          <span>0</span>
          <span>{size.toLocaleString("en")} tokens</span>
        </p>
      </div>
      <figcaption>
        <span>Time of one look-up by each field, among {last.tokens.toLocaleString("en")} tokens:</span>
        <ul>
          {labels.map((label, at) => (
            <li key={label} data-line={at}>
              {label} <b>{last.milliseconds[label]!.toFixed(1)} ms</b>
            </li>
          ))}
        </ul>
      </figcaption>
    </figure>
  );
}
