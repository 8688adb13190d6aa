import { PLOT_STYLE } from "../../test/support/svg.ts";
import type { Result } from "./report.ts";

const [WIDTH, LABELS, RIGHT, ROW, TOP, BOTTOM] = [900, 400, 110, 36, 76, 34];
const TICKS = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200];
/** Ticks that would stand closer than this, in pixels, are left out. */
const TICK_GAP = 32;

/**
 * Bars on a logarithmic axis: left of the line at 1 we are quicker than what we are measured against.
 *
 * @param wanted the most that a ratio should be, by the result's id
 */
export function plotRatios(title: string, results: readonly Result[], wanted: ReadonlyMap<string, number>): string {
  const values = results.flatMap(({ id, lowest, highest }) => [lowest, highest, wanted.get(id) ?? 1]);
  const [low, high] = [Math.min(0.7, ...values) * 0.85, Math.max(1.5, ...values) * 1.15];
  const x = (value: number): number =>
    round(LABELS + ((Math.log(value) - Math.log(low)) / (Math.log(high) - Math.log(low))) * (WIDTH - LABELS - RIGHT));
  const height = TOP + results.length * ROW + BOTTOM;
  const ticks = TICKS.filter((tick) => tick > low && tick < high).filter((tick) => tick === 1 || Math.abs(x(tick) - x(1)) > TICK_GAP);
  const spaced = ticks.filter((tick, place) => tick === 1 || place === 0 || x(tick) - x(ticks[place - 1]!) > TICK_GAP || isRound(tick));
  const grid = spaced.map(
    (tick) =>
      `<line x1="${x(tick)}" y1="${TOP - 8}" x2="${x(tick)}" y2="${height - 26}" class="${tick === 1 ? "one" : "grid"}"/>` +
      `<text x="${x(tick)}" y="${height - 10}" text-anchor="middle" class="small">${tick}</text>`,
  );
  const rows = results.map((result, row) => {
    const y = TOP + row * ROW;
    const bar = wanted.get(result.id);
    const [from, to] = [Math.min(x(1), x(result.ratio)), Math.max(x(1), x(result.ratio))];
    const kind = bar === undefined ? "told" : result.ratio <= bar ? "met" : "missed";
    const line = bar === undefined ? "" : `<path d="M${x(bar)} ${y - 3}v22" class="bar"><title>wanted: at most ${bar}</title></path>`;
    return (
      `<text x="${LABELS - 12}" y="${y + 7}" text-anchor="end">${escape(result.name)}</text>` +
      `<text x="${LABELS - 12}" y="${y + 20}" text-anchor="end" class="small">against ${escape(result.against.replace(/ \(.*/, ""))}</text>` +
      `<rect x="${from}" y="${y}" width="${Math.max(1.5, round(to - from))}" height="16" rx="2" class="${kind}"/>` +
      `<line x1="${x(result.lowest)}" y1="${y + 8}" x2="${x(result.highest)}" y2="${y + 8}" class="spread"/>${line}` +
      `<text x="${WIDTH - RIGHT + 14}" y="${y + 8}" font-weight="600">${result.ratio}</text>` +
      `<text x="${WIDTH - RIGHT + 14}" y="${y + 21}" class="small">${microseconds(result.ours.p50)}</text>`
    );
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="system-ui, sans-serif" font-size="12.5" role="img" aria-label="${escape(title)}">
${STYLE}
<rect width="${WIDTH}" height="${height}" class="paper"/>
<text x="16" y="26" font-size="16" font-weight="600">${escape(title)}</text>
<text x="16" y="44" class="small">Our time over theirs, medians; left of 1 is quicker. Thin line: lowest to highest of the runs. Right: the ratio, and our time.</text>
<text x="16" y="58" class="small">Dashed: the most that is wanted. Green: met, orange: missed, grey: nothing was said of it before.</text>
${[...grid, ...rows].join("\n")}
</svg>
`;
}

const STYLE = `<style>
${PLOT_STYLE}
.one { stroke: #1c2520 } .met { fill: #2f8f6b } .missed { fill: #d07a3c } .told { fill: #9aa7a0 } .spread { stroke: #10231b; stroke-width: 1.5 } .bar { stroke: #8a1f3d; stroke-width: 2; stroke-dasharray: 3 2 }
@media (prefers-color-scheme: dark) { .one, .spread { stroke: #e8eeea } .met { fill: #3fae84 } .missed { fill: #b8652a } .told { fill: #66746c } .bar { stroke: #ffb3c4 } }
</style>`;

function isRound(tick: number): boolean {
  return Number.isInteger(Math.log10(tick));
}

function microseconds(value: number): string {
  if (value >= 1_000_000) return `${Number((value / 1_000_000).toPrecision(3))} s`;
  return value >= 1000 ? `${Number((value / 1000).toPrecision(3))} ms` : `${Number(value.toPrecision(3))} µs`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

export function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}
