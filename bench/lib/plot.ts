import { meets } from "./report.ts";
import type { Result } from "./report.ts";

const [WIDTH, LABELS, ROW, TOP] = [860, 330, 34, 56];

/** Bars on a logarithmic axis: left of the line at 1 we are quicker than what we are measured against. */
export function plotRatios(title: string, results: readonly Result[]): string {
  const values = results.flatMap(({ lowest, highest, bar }) => [lowest, highest, bar ?? 1]);
  const [low, high] = [Math.min(0.5, ...values) * 0.9, Math.max(2, ...values) * 1.1];
  const x = (value: number): number =>
    LABELS + ((Math.log(value) - Math.log(low)) / (Math.log(high) - Math.log(low))) * (WIDTH - LABELS - 70);
  const height = TOP + results.length * ROW + 30;
  const ticks = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5].filter((tick) => tick > low && tick < high);
  const grid = ticks.map(
    (tick) =>
      `<line x1="${x(tick)}" y1="${TOP - 8}" x2="${x(tick)}" y2="${height - 24}" class="${tick === 1 ? "one" : "grid"}"/>` +
      `<text x="${x(tick)}" y="${height - 8}" text-anchor="middle" class="small">${tick}</text>`,
  );
  const rows = results.map((result, row) => {
    const y = TOP + row * ROW;
    const [from, to] = [Math.min(x(1), x(result.ratio)), Math.max(x(1), x(result.ratio))];
    const bar =
      result.bar === null ? "" : `<path d="M${x(result.bar)} ${y - 2}v20" class="bar"><title>wanted: at most ${result.bar}</title></path>`;
    return (
      `<text x="${LABELS - 10}" y="${y + 6}" text-anchor="end">${escape(result.name)}</text>` +
      `<text x="${LABELS - 10}" y="${y + 19}" text-anchor="end" class="small">against ${escape(result.against.replace(/ \(.*/, ""))}</text>` +
      `<rect x="${from}" y="${y}" width="${Math.max(1.5, to - from)}" height="16" rx="2" class="${meets(result) ? "met" : "missed"}"/>` +
      `<line x1="${x(result.lowest)}" y1="${y + 8}" x2="${x(result.highest)}" y2="${y + 8}" class="spread"/>${bar}` +
      `<text x="${WIDTH - 60}" y="${y + 12}">${result.ratio}</text>`
    );
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="system-ui, sans-serif" font-size="12.5">
<style>
text { fill: #1c2520 } .small { font-size: 10.5px; fill: #5b6862 } .grid { stroke: #d9dfdb } .one { stroke: #1c2520 }
.met { fill: #2f8f6b } .missed { fill: #c76b29 } .spread { stroke: #10231b; stroke-width: 1.5 } .bar { stroke: #8a1f3d; stroke-width: 2; stroke-dasharray: 3 2 }
@media (prefers-color-scheme: dark) { text { fill: #e8eeea } .small { fill: #a3b0a9 } .grid { stroke: #33413a } .one, .spread { stroke: #e8eeea } .bar { stroke: #ff9db5 } }
</style>
<text x="16" y="24" font-size="16" font-weight="600">${escape(title)}</text>
<text x="16" y="40" class="small">Our time over theirs, medians; left of 1 is quicker. Thin line: lowest to highest of the runs. Dashed: the most that is wanted.</text>
${[...grid, ...rows].join("\n")}
</svg>
`;
}

function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}
