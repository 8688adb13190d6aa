import { PLOT_STYLE, spreadLabels } from "../../test/support/svg.ts";
import { escape } from "./plot.ts";

export interface Line {
  readonly name: string;
  readonly points: readonly (readonly [x: number, y: number])[];
}

interface Panel {
  readonly title: string;
  readonly xTitle: string;
  readonly left: number;
  readonly xTicks: readonly number[];
  readonly yTicks: readonly number[];
  readonly lines: readonly Line[];
  readonly tick: (value: number) => string;
}

const [WIDTH, HEIGHT, TOP, PANEL_WIDTH, PANEL_HEIGHT] = [900, 400, 84, 250, 250];

/** What a month costs over the number of users, and what the objects can take over their number. */
export function plotScale(monthly: readonly Line[], reach: readonly Line[]): string {
  const panels: Panel[] = [
    {
      title: "Dollars a month, over users",
      xTitle: "users",
      left: 70,
      xTicks: [1e3, 1e4, 1e5, 1e6, 1e7, 1e8],
      yTicks: [0.1, 1, 10, 100, 1e3, 1e4, 1e5, 1e6, 1e7],
      lines: monthly,
      tick: short,
    },
    {
      title: "Look-ups a second, over Durable Objects",
      xTitle: "objects (shard)",
      left: 500,
      xTicks: [1, 4, 16, 64, 256],
      yTicks: [100, 1e3, 1e4, 1e5],
      lines: reach,
      tick: short,
    },
  ];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="system-ui, sans-serif" font-size="12.5" role="img" aria-label="What a month costs, and how far Durable Objects reach">
<style>
${PLOT_STYLE}
</style>
<rect width="${WIDTH}" height="${HEIGHT}" class="paper"/>
<text x="16" y="26" font-size="16" font-weight="600">What a month costs, and how far Durable Objects reach</text>
<text x="16" y="44" class="small">Left: 50 look-ups and 8 refreshes a user and day, one new token a month. Right: 500 requests a second to an object, the busiest of which decides.</text>
${panels.map(drawPanel).join("\n")}
</svg>
`;
}

function drawPanel({ title, xTitle, left, xTicks, yTicks, lines, tick }: Panel): string {
  const place = (value: number, ticks: readonly number[], length: number): number =>
    (Math.log(value / ticks[0]!) / Math.log(ticks.at(-1)! / ticks[0]!)) * length;
  const x = (value: number): number => round(left + place(value, xTicks, PANEL_WIDTH));
  const y = (value: number): number => round(TOP + PANEL_HEIGHT - place(value, yTicks, PANEL_HEIGHT));
  const bottom = TOP + PANEL_HEIGHT;
  const rows = yTicks.map(
    (value) =>
      `<line x1="${left}" x2="${left + PANEL_WIDTH}" y1="${y(value)}" y2="${y(value)}" class="grid"/>` +
      `<text x="${left - 8}" y="${y(value) + 4}" text-anchor="end" class="small">${tick(value)}</text>`,
  );
  const columns = xTicks.map(
    (value) => `<text x="${x(value)}" y="${bottom + 18}" text-anchor="middle" class="small">${tick(value)}</text>`,
  );
  const ends = spreadLabels(lines.map(({ points }) => y(points.at(-1)![1])));
  const drawn = lines.map(({ name, points }, number) => {
    const path = points.map(([at, value]) => `${x(at)},${y(value)}`).join(" ");
    const dots = points.map(
      ([at, value]) =>
        `<circle cx="${x(at)}" cy="${y(value)}" r="2.5" class="dot"><title>${escape(name)}, ${tick(at)}: ${tick(value)}</title></circle>`,
    );
    return `<polyline points="${path}" class="line"/>${dots.join("")}<text x="${left + PANEL_WIDTH + 8}" y="${round(ends[number]! + 4)}" class="small">${escape(name)}</text>`;
  });
  return [
    `<text x="${left}" y="${TOP - 16}" font-weight="600">${escape(title)}</text>`,
    ...rows,
    ...columns,
    `<text x="${left + PANEL_WIDTH / 2}" y="${bottom + 38}" text-anchor="middle" class="small">${escape(xTitle)}</text>`,
    ...drawn,
  ].join("\n");
}

function short(value: number): string {
  const rounded = Number(value.toPrecision(3));
  if (rounded >= 1e6) return `${rounded / 1e6} M`;
  return rounded >= 1e3 ? `${rounded / 1e3} k` : String(rounded);
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
