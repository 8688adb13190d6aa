// npm run check: the size of every entry point, against its budget and against what README says.
import { readFileSync } from "node:fs";
import { entryPointSizes } from "./entry-points.ts";

/** How far the measured size may be from the figure that README shows, which is generated now and then, not at each change. */
const DRIFT = 0.05;

const told = JSON.parse(readFileSync(new URL("../../bench/results/sizes.json", import.meta.url), "utf8")) as {
  id: string;
  bytes: number;
}[];
for (const { name, bytes, budget } of await entryPointSizes()) {
  const figure = told.find(({ id }) => id === name)?.bytes ?? 0;
  const faults = [
    ...(bytes > budget ? [`${bytes - budget} bytes over its budget`] : []),
    ...(Math.abs(bytes / figure - 1) > DRIFT ? [`README says ${figure}: run npm run bench -- sizes`] : []),
  ];
  console.log(
    `${faults.length > 0 ? "✗" : "✓"} ${name.padEnd(36)}${String(bytes).padStart(6)} of ${budget} bytes${faults.map((fault) => `, ${fault}`).join("")}`,
  );
  if (faults.length > 0) process.exitCode = 1;
}
