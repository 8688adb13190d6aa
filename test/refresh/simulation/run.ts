// npm run simulate: draws docs/best-effort.svg and prints the numbers of docs/workers.md. The same seed, the same numbers.
import { writeFile } from "node:fs/promises";
import { refreshesPerLife } from "./isolates.ts";
import { plot } from "./plot.ts";
import type { Line } from "./plot.ts";

const ISOLATES = [1, 2, 5, 10, 30, 100];
const DELAYS = [0, 5, 10, 20, 30, 40, 50, 60];
/** Small numbers of isolates scatter more, and cost less. */
const CALLERS = 2000;

async function lines(jitterSeconds: number): Promise<Line[]> {
  const drawn: Line[] = [];
  for (const isolates of ISOLATES) {
    const points: Line["points"][number][] = [];
    for (const delaySeconds of DELAYS) {
      const lives = CALLERS / isolates;
      const refreshes = await refreshesPerLife({ isolates, delaySeconds, jitterSeconds, lives, seed: 1 });
      points.push({ delaySeconds, refreshes: Math.round(refreshes * 10) / 10 });
    }
    drawn.push({ isolates, points });
  }
  return drawn;
}

const panels = [
  { title: "All refresh a minute before the expiry", lines: await lines(0) },
  { title: "With jitter, as it is by default", lines: await lines(60) },
];
const subtitle =
  "Eventually consistent storage, no shared lock, each isolate needs a token every 10 s on average, tokens live for an hour. One would do.";
await writeFile(
  new URL("../../../docs/best-effort.svg", import.meta.url),
  plot("Refreshes for each life of an access token", subtitle, panels),
);
for (const { title, lines: drawn } of panels) {
  console.log(`\n${title}`);
  console.log(["isolates", ...DELAYS.map((delay) => `${delay} s`)].join("\t"));
  for (const { isolates, points } of drawn) console.log([isolates, ...points.map(({ refreshes }) => refreshes)].join("\t"));
}
