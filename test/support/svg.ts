/**
 * What the drawings of the documents share. They bring their paper along: a page that is dark by a switch of its own does not tell
 * an image of it, and dark letters on dark paper can't be read.
 */
export const PLOT_STYLE = `.paper { fill: #fff } text { fill: #1c2520 } .small { font-size: 10.5px; fill: #55625c } .grid { stroke: #dfe4e1 }
.line { fill: none; stroke: #2f8f6b; stroke-width: 2 } .dot { fill: #2f8f6b }
@media (prefers-color-scheme: dark) { .paper { fill: #0f1512 } text { fill: #e8eeea } .small { fill: #a3b0a9 } .grid { stroke: #2c3831 } .line { stroke: #6fd0a9 } .dot { fill: #6fd0a9 } }`;

/** Between the base lines of two labels, at least. */
const LABEL_HEIGHT = 13;

/** Where the labels of lines that end at these heights stand: as near as none covers another. */
export function spreadLabels(heights: readonly number[]): number[] {
  const placed: number[] = [...heights];
  const order = heights.map((_, number) => number).sort((left, right) => heights[left]! - heights[right]!);
  // Labels that would touch stand in a group, around the middle of their lines.
  let groups = order.map((number) => [number]);
  const middle = (group: readonly number[]): number => group.reduce((sum, number) => sum + heights[number]!, 0) / group.length;
  const half = (group: readonly number[]): number => (group.length * LABEL_HEIGHT) / 2;
  for (let touching = true; touching;) {
    touching = false;
    for (const [place, group] of groups.entries()) {
      const next = groups[place + 1];
      if (!next || middle(group) + half(group) <= middle(next) - half(next)) continue;
      groups = [...groups.slice(0, place), [...group, ...next], ...groups.slice(place + 2)];
      touching = true;
      break;
    }
  }
  for (const group of groups) {
    for (const [place, number] of group.entries()) placed[number] = middle(group) + (place - (group.length - 1) / 2) * LABEL_HEIGHT;
  }
  return placed;
}
