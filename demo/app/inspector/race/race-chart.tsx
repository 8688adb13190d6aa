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
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
        {[0.25, 0.5, 0.75, 1].map((part) => (
          <path key={part} d={`M0 ${HEIGHT * part}H${WIDTH}`} />
        ))}
        {labels.map((label, at) => (
          <polyline key={label} data-line={at} points={points(label)} />
        ))}
      </svg>
      <figcaption>
        <span>
          0 to {highest.toFixed(1)} ms a look-up, 0 to {size.toLocaleString("en")} tokens
        </span>
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
