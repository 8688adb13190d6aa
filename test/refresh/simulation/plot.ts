import { PLOT_STYLE, spreadLabels } from "../../support/svg.ts";

export interface Line {
  readonly isolates: number;
  readonly points: readonly { readonly delaySeconds: number; readonly refreshes: number }[];
}

export interface Panel {
  readonly title: string;
  readonly lines: readonly Line[];
}

const [WIDTH, HEIGHT, LEFT, TOP, PANEL_WIDTH, PANEL_HEIGHT, GAP] = [900, 400, 60, 84, 350, 250, 100];
/** How wide the gap is that a line's leader crosses to its label. */
const LEADER = 14;
const [LONGEST_DELAY, MOST] = [60, 100];

/** One panel beside the other: refreshes on a logarithmic axis, over the delay. */
export function plot(title: string, subtitle: string, panels: readonly Panel[]): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="system-ui, sans-serif" font-size="12.5">
<style>
${PLOT_STYLE}
.leader { fill: none; stroke: #55625c; stroke-width: 0.75 }
@media (prefers-color-scheme: dark) { .leader { stroke: #a3b0a9 } }
</style>
<rect width="${WIDTH}" height="${HEIGHT}" class="paper"/>
<text x="16" y="26" font-size="16" font-weight="600">${title}</text>
<text x="16" y="44" class="small">${subtitle}</text>
${panels.map((panel, number) => drawPanel(panel, LEFT + number * (PANEL_WIDTH + GAP))).join("\n")}
</svg>
`;
}

function drawPanel({ title, lines }: Panel, left: number): string {
  const x = (delaySeconds: number): number => round(left + (delaySeconds / LONGEST_DELAY) * PANEL_WIDTH);
  const y = (refreshes: number): number => round(TOP + PANEL_HEIGHT * (1 - Math.log(Math.max(1, refreshes)) / Math.log(MOST)));
  const bottom = TOP + PANEL_HEIGHT;
  const rows = [1, 2, 5, 10, 20, 50, 100].map(
    (tick) =>
      `<line x1="${left}" x2="${left + PANEL_WIDTH}" y1="${y(tick)}" y2="${y(tick)}" class="grid"/>` +
      `<text x="${left - 8}" y="${y(tick) + 4}" text-anchor="end" class="small">${tick}</text>`,
  );
  const columns = [0, 20, 40, 60].map(
    (tick) => `<text x="${x(tick)}" y="${bottom + 18}" text-anchor="middle" class="small">${tick} s</text>`,
  );
  const right = left + PANEL_WIDTH;
  const labels = spreadLabels(lines.map(({ points }) => y(points.at(-1)!.refreshes)));
  const drawn = lines.map(({ isolates, points }, number) => {
    const path = points.map(({ delaySeconds, refreshes }) => `${x(delaySeconds)},${y(refreshes)}`).join(" ");
    const dots = points.map(
      ({ delaySeconds, refreshes }) =>
        `<circle cx="${x(delaySeconds)}" cy="${y(refreshes)}" r="2.5" class="dot"><title>${isolates} isolates, ${delaySeconds} s: ${refreshes}</title></circle>`,
    );
    // Where lines end close together, their labels stand apart: this leads to the right one.
    const leader = `<path d="M${right + 3} ${y(points.at(-1)!.refreshes)}L${right + LEADER} ${round(labels[number]!)}" class="leader"/>`;
    const label = `<text x="${right + LEADER + 3}" y="${round(labels[number]! + 4)}" class="small">${isolates}</text>`;
    return `<polyline points="${path}" class="line"/>${dots.join("")}${leader}${label}`;
  });
  return [
    `<text x="${left}" y="${TOP - 16}" font-weight="600">${title}</text>`,
    ...rows,
    ...columns,
    `<text x="${left + PANEL_WIDTH / 2}" y="${bottom + 38}" text-anchor="middle" class="small">until other isolates see a save; at the lines: how many isolates</text>`,
    ...drawn,
  ].join("\n");
}

const round = (value: number): number => Math.round(value * 10) / 10;
