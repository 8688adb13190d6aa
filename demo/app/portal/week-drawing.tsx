import type { JSX } from "preact";

/** Lessons of a made-up week: day, first row, rows. */
const LESSONS = [
  [0, 0, 2],
  [0, 4, 1],
  [1, 1, 3],
  [2, 0, 1],
  [2, 2, 2],
  [3, 3, 2],
  [4, 0, 2],
  [4, 3, 1],
] as const;

export function WeekDrawing(): JSX.Element {
  return (
    <svg class="week-drawing" viewBox="0 0 180 144" aria-hidden="true">
      {[0, 1, 2, 3, 4, 5].map((row) => (
        <path key={row} d={`M0 ${row * 28 + 2}h180`} />
      ))}
      {LESSONS.map(([day, row, rows]) => (
        <rect key={`${day}-${row}`} x={day * 37} y={row * 28 + 6} width="32" height={rows * 28 - 8} rx="4" />
      ))}
    </svg>
  );
}
